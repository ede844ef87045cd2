/* SPDX-License-Identifier: ISC */
/* How much of a queue is in the pipeline, so that nobody's records are in the
 * way of all others'. */
#include "live/queue.h"

#include "io/timer.h"
#include "live/internal.h"

enum {
	/* Records of a queue in the pipeline: so many, and so many more while
	 * that is in nobody's way. */
	WINDOW = 8,
	WINDOW_MORE = 56,
	WINDOW_BYTES = 64 * 1024, /* and these, if it is more than one */
	LARGE = 32 * 1024, /* bytes of a record of which one is there, */
	REST_TIMES = 3,	   /* and then none for so many times as long */
	REST_MOST = 500,   /* milliseconds, */
	BUSY = 1000,	   /* if others were there so lately */
};

/* One that pipelines died over may be asked much later. */
static bool large_there(const struct proxy *p)
{
	return p->large && !p->large->q.deaths;
}

static void enter(struct proxy *p, struct session *s, struct queue *f)
{
	if (f->waits)
		return;
	f->waits = s;
	f->turn_next = NULL;
	f->turn_prev = p->last_turn;
	if (p->last_turn)
		p->last_turn->turn_next = f;
	else
		p->turn = f;
	p->last_turn = f;
}

void queue_leave(struct proxy *p, struct queue *f)
{
	if (!f->waits)
		return;
	f->waits = NULL;
	if (f->turn_prev)
		f->turn_prev->turn_next = f->turn_next;
	else
		p->turn = f->turn_next;
	if (f->turn_next)
		f->turn_next->turn_prev = f->turn_prev;
	else
		p->last_turn = f->turn_prev;
}

void queue_turn(void *arg)
{
	struct proxy *p = arg;
	struct queue *f;

	p->large_until = 0;
	/* What it waited with may have been given up since. */
	while (!large_there(p) && (f = p->turn)) {
		struct session *s = f->waits;

		queue_leave(p, f);
		p->served = f;
		queue_ask(s, f == &s->queue[UP] ? UP : DOWN);
		p->served = NULL;
	}
}

/* The large ones are to take a part of the pipeline's time, where others want
 * it, too. */
static void rest(struct proxy *p)
{
	int64_t now = timer_now(), ms = (now - p->large_at) * REST_TIMES;

	p->large = NULL;
	if (now - p->small_at > BUSY)
		ms = 0;
	if (ms > REST_MOST)
		ms = REST_MOST;
	p->large_until = now + ms;
	timer_in(p->turns, (uint64_t)ms);
}

void queue_unask(struct item *i)
{
	struct queue *f = &i->session->queue[i->way];

	f->asked--;
	f->asked_bytes -= i->q.line.len;
	if (i->session->proxy->large == i)
		rest(i->session->proxy);
}

/* Where the way through the pipeline takes twice what it could, it is full of
 * records: of one client's, some are then better not in front of others'. */
void queue_answered(struct item *i)
{
	struct queue *f = &i->session->queue[i->way];
	struct proxy *p = i->session->proxy;
	int64_t rtt = pipeline_rtt(p->pipeline);

	if (!p->quickest || rtt < p->quickest)
		p->quickest = rtt;
	if (rtt > 2 * p->quickest)
		f->more -= f->more > 0;
	else
		f->more += f->unasked && f->more < WINDOW_MORE;
	queue_unask(i);
}

/* Whether the next one may be put; a large one waits for its turn. */
static bool may_ask(struct session *s, struct queue *f, struct item *i)
{
	struct proxy *p = s->proxy;

	if (f->asked >= WINDOW + f->more ||
	    (f->asked && f->asked_bytes + i->q.line.len > WINDOW_BYTES))
		return false;
	if (i->q.line.len <= LARGE) {
		p->small_at = i->since;
		return true;
	}
	if (large_there(p) || timer_now() < p->large_until ||
	    (p->turn && p->served != f)) {
		enter(p, s, f);
		return false;
	}
	p->large = i;
	p->large_at = timer_now();
	return true;
}

void queue_ask(struct session *s, int way)
{
	struct queue *f = &s->queue[way];
	struct item *i;

	while ((i = f->unasked) && may_ask(s, f, i)) {
		do
			f->unasked = f->unasked->next;
		while (f->unasked && f->unasked->state != ITEM_HELD);
		i->state = ITEM_ASKED;
		f->asked++;
		f->asked_bytes += i->q.line.len;
		s->proxy->count.records_in++;
		pipeline_put(s->proxy->pipeline, &i->q);
	}
}

void queue_ask_again(struct session *s, int way)
{
	struct queue *f = &s->queue[way];

	f->unasked = f->first;
	while (f->unasked && f->unasked->state != ITEM_HELD)
		f->unasked = f->unasked->next;
	queue_ask(s, way);
}
