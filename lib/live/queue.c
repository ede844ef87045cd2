/* SPDX-License-Identifier: ISC */
/* Holding and releasing in order. */
#include "live/queue.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "io/timer.h"
#include "live/internal.h"
#include "live/notice.h"

/* Count what it takes now. */
static void weigh(struct item *i)
{
	size_t n = sizeof(*i) + i->q.line.cap + i->wire.cap +
	    refusal_weight(i);

	i->session->queue[i->way].bytes += n - i->weight;
	i->session->proxy->held_bytes += n - i->weight;
	i->weight = n;
}

static void append(struct session *s, struct item *i)
{
	struct queue *f = &s->queue[i->way];

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
	refusal_free(i);
	if (i->swap)
		i->swap->user = NULL;
	if (i->q.line.len) {
		pipeline_drop(p->pipeline, &i->q);
		p->held--;
	}
	buf_release(&i->q.line);
	buf_release(&i->wire);
	free(i);
}

static void count(struct session *s, int way)
{
	if (way == UP && s->sm_up)
		s->sm->up++;
	if (way == DOWN && s->sm_down)
		s->sm->down++;
}

static void pass(struct session *s, int way, enum item_kind kind,
    struct span wire)
{
	session_write(s, way, wire);
	if (kind == ITEM_STANZA)
		count(s, way);
	else if (kind == ITEM_ENABLE)
		s->sm_up = true;
	else if (kind == ITEM_ENABLED)
		s->sm_down = true;
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

	if (i->answers) {
		pass(s, UP, ITEM_STANZA, buf_span(&i->wire));
		return;
	}
	if (!s->sm_up) {
		session_write(s, DOWN, buf_span(&i->wire));
		return;
	}
	if (told) {
		w = sm_swap(s->sm, &i->wire, i->rest);
		if (!w) {
			session_fail(s, "policy-violation",
			    "too many refused stanzas", "too many refused");
			return;
		}
	} else {
		uuid_token(id, sizeof(id));
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

/* And what the client gets: an error in place of an answer, or an answer to
 * nothing, which it ignores. */
static void refuse_down(struct session *s, struct span error)
{
	struct buf *out = &s->proxy->out;
	char id[SM_SWAP_ID];

	if (error.n)
		pass(s, DOWN, ITEM_STANZA, error);
	if (error.n || !s->sm_down)
		return;
	uuid_token(id, sizeof(id));
	buf_reset(out);
	buf_adds(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"result\"");
	wire_attribute(out, "id", (struct span){id, SM_SWAP_ID});
	wire_attribute(out, "from", jid_domain(buf_span(&s->jid)));
	wire_attribute(out, "to", buf_span(&s->jid));
	buf_adds(out, "/>");
	pass(s, DOWN, ITEM_STANZA, buf_span(out));
}

/* The turn of a ping's answer: its error's, if that was not written early. */
static void emit_swapped(struct session *s, struct sm_swap *w)
{
	if (!w) {
		refuse_down(s, span_of(NULL));
	} else if (w->early) {
		sm_placed(s->sm, w);
		managed_placed(s);
	} else {
		refuse_down(s, buf_span(&w->error));
		sm_answered(s->sm, w);
		managed_told(s);
	}
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
			refuse_down(s, buf_span(&i->wire));
		break;
	case ITEM_SWAPPED:
		emit_swapped(s, i->swap);
		break;
	default:
		buf_reset(out);
		buf_addf(out, "<r xmlns=\"%s\"/>", s->sm ? s->sm->ns : NS_SM);
		session_write(s, i->way, buf_span(out));
	}
}

void queue_run(struct session *s, int way)
{
	struct queue *f = &s->queue[way];
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

void queue_pass(struct session *s, int way, enum item_kind kind,
    struct span wire)
{
	struct proxy *p = s->proxy;
	struct item *i;

	if (!s->queue[way].first && !(way == UP && s->frozen)) {
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

void queue_swapped(struct session *s, struct sm_swap *w)
{
	struct item *i = item_new(DOWN, ITEM_STANZA);

	i->state = ITEM_READY;
	i->outcome = ITEM_SWAPPED;
	i->swap = w;
	w->user = &i->swap;
	append(s, i);
	if (!w->early)
		overtake_later(i);
	queue_run(s, DOWN);
}

void item_record(struct item *i, enum event event, struct span canonical,
    const struct ruling *ruling)
{
	struct session *s = i->session;

	i->event = event;
	buf_reset(&i->q.line);
	buf_room(&i->q.line, canonical.n + 256);
	recorder_put(&s->proxy->recorder, &i->q.line, NULL,
	    (struct span){s->token, RECORDER_TOKEN}, event, ruling->verdict,
	    ruling->reason, canonical);
	/* Behind the stanza are a TAB, the absent original and LF. */
	i->len = (uint32_t)canonical.n;
	i->at = (uint32_t)(i->q.line.len - 3 - canonical.n);
}

void queue_hold(struct session *s, int way, enum item_kind kind,
    enum event event, struct span canonical, struct span wire,
    const struct ruling *ruling)
{
	struct proxy *p = s->proxy;
	struct item *i = item_new(way, kind);

	i->session = s;
	i->state = ruling->waits ? ITEM_WAITS : ITEM_HELD;
	item_record(i, event, canonical, ruling);
	buf_addspan(&i->wire, wire);
	p->held++;
	if (event == EVENT_SEND || event == EVENT_LOGIN)
		item_list(&p->oldest, &p->newest, i);
	if (!s->queue[way].unasked && !ruling->waits)
		s->queue[way].unasked = i;
	append(s, i);
	queue_ask(s, way);
}

void queue_skip(struct session *s, int way)
{
	struct item *i = item_new(way, ITEM_STANZA);

	i->state = ITEM_READY;
	i->outcome = ITEM_REFUSED;
	append(s, i);
	queue_run(s, way);
}

void item_ready(struct item *i)
{
	struct session *s = i->session;

	i->state = ITEM_READY;
	weigh(i);
	queue_run(s, i->way);
}

void queue_drop(struct session *s, int way)
{
	struct queue *f = &s->queue[way];
	struct proxy *p = s->proxy;

	queue_leave(p, f);
	f->unasked = NULL;
	while (f->first) {
		struct item *i = f->first;

		f->first = i->next;
		if (i->state == ITEM_ASKED)
			queue_unask(i);
		p->held_bytes -= i->weight;
		if (i->kind == ITEM_STANZA && i->q.line.len &&
		    (i->outcome == ITEM_GOES || i->refusal))
			verdict_abandon(i, s->reason);
		item_free(p, i);
	}
	*f = (struct queue){0};
}
