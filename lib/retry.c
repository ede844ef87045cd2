/* SPDX-License-Identifier: ISC */
/* What came back undecided, or not at all, is asked again. */
#include "lane.h"
#include "session.h"
#include "timer.h"

enum { RETRY_FIRST = 1000, RETRY_MOST = 16000 }; /* milliseconds */

/* Ask again of it, with pauses that grow while it does not help. */
static void retry_later(struct proxy *p)
{
	int64_t now = timer_now();

	if (p->retry_at)
		return;
	if (!p->retried || now - p->retried > 4 * RETRY_MOST)
		p->retry_pause = RETRY_FIRST;
	else if (p->retry_pause < RETRY_MOST)
		p->retry_pause *= 2;
	p->retry_at = now + p->retry_pause;
}

void verdict_unjudged(void *arg, struct question *q)
{
	struct proxy *p = arg;
	struct item *i = (struct item *)(void *)q;

	if (i->session) {
		lane_answered(i->session, i->way);
		i->state = ITEM_STUCK;
	} else {
		i->next = p->unheard;
		p->unheard = i;
	}
	retry_later(p);
}

void verdict_retry(struct proxy *p)
{
	struct item *unheard = p->unheard;

	if (p->retry_at)
		p->retried = timer_now();
	p->retry_at = 0;
	p->unheard = NULL;
	while (unheard) {
		struct item *i = unheard;

		unheard = i->next;
		i->next = NULL;
		pipeline_put(p->pipeline, &i->q);
	}
	for (struct session *s = p->sessions; s; s = s->next) {
		for (int way = UP; way <= DOWN; way++) {
			struct lane *f = &s->lane[way];

			f->unasked = NULL;
			for (struct item *i = f->first; i; i = i->next) {
				if (i->state == ITEM_STUCK)
					i->state = ITEM_HELD;
				if (i->state == ITEM_HELD && !f->unasked)
					f->unasked = i;
			}
			lane_ask(s, way);
		}
	}
}
