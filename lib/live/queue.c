/* SPDX-License-Identifier: ISC */
/* Holding and releasing in order. */
#include "live/queue-internal.h"

#include <stdlib.h>

#include "base/mem.h"
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
		item_emit(s, i);
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
		queue_write(s, way, kind, wire);
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
