/* SPDX-License-Identifier: ISC */
/* Holding and releasing in order. */
#include "lane.h"

#include <stdlib.h>

#include "mem.h"
#include "notice.h"
#include "session.h"
#include "timer.h"

/* Count what it takes now. */
static void weigh(struct item *i)
{
	size_t n = sizeof(*i) + i->q.line.cap + i->wire.cap;

	i->session->lane[i->way].bytes += n - i->weight;
	i->session->proxy->held_bytes += n - i->weight;
	i->weight = n;
}

static void append(struct session *s, struct item *i)
{
	struct lane *f = &s->lane[i->way];

	i->session = s;
	if (f->last)
		f->last->next = i;
	else
		f->first = i;
	f->last = i;
	weigh(i);
	session_throttle(s);
}

void item_list(struct item **first, struct item **last, struct item *i)
{
	i->listed = true;
	i->older = *last;
	i->newer = NULL;
	if (*last)
		(*last)->newer = i;
	else
		*first = i;
	*last = i;
}

void item_unlist(struct proxy *p, struct item *i)
{
	bool request = i->kind == ITEM_REQUEST || i->outcome == ITEM_SWAPPED;
	struct item **first = request ? &p->requests : &p->oldest;
	struct item **last = request ? &p->last_request : &p->newest;

	if (!i->listed)
		return;
	if (i->older)
		i->older->newer = i->newer;
	else
		*first = i->newer;
	if (i->newer)
		i->newer->older = i->older;
	else
		*last = i->older;
	i->newer = i->older = NULL;
	i->listed = false;
}

static struct item *item_new(int way, enum item_kind kind)
{
	struct item *i = mem_zalloc(sizeof(*i));

	i->kind = (unsigned char)kind;
	i->way = (unsigned char)way;
	i->since = timer_now();
	return i;
}

void item_free(struct proxy *p, struct item *i)
{
	item_unlist(p, i);
	notice_cancel(i);
	if (i->q.line.len) {
		pipeline_drop(p->pipeline, &i->q);
		p->held--;
	}
	buf_release(&i->q.line);
	buf_release(&i->wire);
	free(i);
}

struct span item_stanza(const struct item *i)
{
	return (struct span){i->q.line.data + i->at, i->len};
}

static void count(struct session *s, int way)
{
	if (way == UP && s->sm_up)
		s->sm->up++;
	if (way == DOWN && s->sm_down)
		s->sm->down++;
}

static void begin_counting(struct session *s)
{
	if (s->sm)
		return;
	s->sm = sm_new();
	s->sm->holder = s;
	s->sm->ns = s->sm_ns;
	buf_addspan(&s->sm->jid, buf_span(&s->jid));
	buf_add(&s->sm->token, s->token, RECORDER_TOKEN);
	s->sm_up = true;
}

static void pass(struct session *s, int way, enum item_kind kind,
    struct span wire)
{
	session_write(s, way, wire);
	if (kind == ITEM_STANZA)
		count(s, way);
	else if (kind == ITEM_ENABLE)
		begin_counting(s);
	else if (kind == ITEM_ENABLED)
		s->sm_down = s->sm != NULL;
	else if (kind == ITEM_END)
		session_way_done(s, way);
}

/* One for one: what the server gets in place of a stanza that is refused. */
static void refuse_up(struct session *s, struct item *i)
{
	struct buf *out = &s->proxy->out;
	bool told = i->wire.len > 0;
	struct sm_swap *w = NULL;
	char id[SM_SWAP_ID];

	if (!s->sm_up) {
		session_write(s, DOWN, buf_span(&i->wire));
		return;
	}
	if (told) {
		w = sm_swap(s->sm, &i->wire);
		if (!w) {
			session_fail(s, "policy-violation",
			    "too many refused stanzas", "too many refused");
			return;
		}
	} else {
		sm_random_id(id);
	}
	buf_reset(out);
	buf_addf(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"%s\"",
	    told ? "get" : "result");
	wire_attribute(out, "id",
	    (struct span){w ? w->id : id, SM_SWAP_ID});
	wire_attribute(out, "to", jid_domain(buf_span(&s->jid)));
	buf_adds(out, told ? "><ping xmlns=\"" NS_PING "\"/></iq>" : "/>");
	pass(s, UP, ITEM_STANZA, buf_span(out));
}

/* And what the client gets: an answer to nothing, which it ignores. */
static void refuse_down(struct session *s)
{
	struct buf *out = &s->proxy->out;
	char id[SM_SWAP_ID];

	if (!s->sm_down)
		return;
	sm_random_id(id);
	buf_reset(out);
	buf_adds(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"result\"");
	wire_attribute(out, "id", (struct span){id, SM_SWAP_ID});
	wire_attribute(out, "from", jid_domain(buf_span(&s->jid)));
	wire_attribute(out, "to", buf_span(&s->jid));
	buf_adds(out, "/>");
	pass(s, DOWN, ITEM_STANZA, buf_span(out));
}

static void emit(struct session *s, struct item *i)
{
	struct buf *out = &s->proxy->out;

	switch (i->outcome) {
	case ITEM_GOES:
		if (!i->wire.len && i->q.line.len) {
			buf_reset(out);
			wire_element(out, item_stanza(i));
			pass(s, i->way, i->kind, buf_span(out));
		} else {
			pass(s, i->way, i->kind, buf_span(&i->wire));
		}
		if (i->kind == ITEM_LOGIN && s->phase != SESSION_OVER)
			session_logged_in(s);
		break;
	case ITEM_REFUSED:
		if (i->kind == ITEM_LOGIN)
			login_refused(s, i);
		else if (i->way == UP)
			refuse_up(s, i);
		else
			refuse_down(s);
		break;
	case ITEM_SWAPPED:
		if (!i->swap) {
			overtake_done(s);
			break;
		}
		pass(s, DOWN, ITEM_STANZA, buf_span(&i->swap->error));
		sm_answered(s->sm, i->swap);
		break;
	default:
		buf_reset(out);
		buf_addf(out, "<r xmlns=\"%s\"/>", s->sm ? s->sm->ns : NS_SM);
		session_write(s, i->way, buf_span(out));
	}
}

void lane_run(struct session *s, int way)
{
	struct lane *f = &s->lane[way];
	struct item *i;

	while (s->phase != SESSION_OVER && !(way == UP && s->frozen) &&
	    (i = f->first) != NULL && i->state == ITEM_READY) {
		f->first = i->next;
		if (!f->first)
			f->last = NULL;
		f->bytes -= i->weight;
		s->proxy->held_bytes -= i->weight;
		emit(s, i);
		item_free(s->proxy, i);
	}
	if (s->phase == SESSION_OVER)
		return;
	session_throttle(s);
	session_settled(s);
}

void lane_pass(struct session *s, int way, enum item_kind kind,
    struct span wire)
{
	struct proxy *p = s->proxy;
	struct item *i;

	if (!s->lane[way].first && !(way == UP && s->frozen)) {
		pass(s, way, kind, wire);
		return;
	}
	i = item_new(way, kind);
	i->state = ITEM_READY;
	buf_addspan(&i->wire, wire);
	if (kind == ITEM_REQUEST)
		item_list(&p->requests, &p->last_request, i);
	append(s, i);
}

void lane_swapped(struct session *s, struct sm_swap *w)
{
	struct item *i = item_new(DOWN, ITEM_STANZA);

	i->state = ITEM_READY;
	i->outcome = ITEM_SWAPPED;
	i->swap = w;
	append(s, i);
	overtake_later(i);
	lane_run(s, DOWN);
}

struct item *lane_hold(struct session *s, int way, enum item_kind kind,
    enum event event, struct span canonical, struct span wire,
    struct span reason)
{
	struct proxy *p = s->proxy;
	struct item *i = item_new(way, kind);

	i->event = event;
	buf_room(&i->q.line, canonical.n + 256);
	recorder_write(&p->recorder, &i->q.line,
	    (struct span){s->token, RECORDER_TOKEN}, event, reason, canonical);
	/* Behind the stanza are a TAB, the absent original and LF. */
	i->len = (uint32_t)canonical.n;
	i->at = (uint32_t)(i->q.line.len - 3 - canonical.n);
	buf_addspan(&i->wire, wire);
	p->held++;
	if (event == EVENT_SEND || event == EVENT_LOGIN)
		item_list(&p->oldest, &p->newest, i);
	if (!s->lane[way].unasked)
		s->lane[way].unasked = i;
	append(s, i);
	lane_ask(s, way);
	return i;
}

void item_ready(struct item *i)
{
	struct session *s = i->session;

	i->state = ITEM_READY;
	weigh(i);
	lane_run(s, i->way);
}

void lane_drop(struct session *s, int way)
{
	struct lane *f = &s->lane[way];
	struct proxy *p = s->proxy;

	while (f->first) {
		struct item *i = f->first;

		f->first = i->next;
		p->held_bytes -= i->weight;
		if (i->kind == ITEM_STANZA && i->q.line.len &&
		    i->outcome == ITEM_GOES)
			verdict_abandon(i, s->reason);
		item_free(p, i);
	}
	*f = (struct lane){0};
}
