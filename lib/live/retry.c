/* SPDX-License-Identifier: ISC */
/* What came back undecided, or not at all, is asked again. */
#include "io/timer.h"
#include "live/internal.h"
#include "live/notice.h"
#include "live/queue.h"

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
		queue_answered(i);
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
			struct item *i = s->queue[way].first;

			for (; i; i = i->next) {
				if (i->state == ITEM_STUCK)
					i->state = ITEM_HELD;
			}
			queue_ask_again(s, way);
		}
	}
}

/* It is on disk that nobody can judge it. */
static void refuse_given_up(struct item *i)
{
	if (i->kind == ITEM_LOGIN)
		session_fail(i->session, "internal-server-error",
		    "the login could not be judged", "could not be judged");
	else
		verdict_refuse(i, "cancel", "internal-server-error",
		    span_of("could not be judged, and was not delivered"));
}

void verdict_given_up(void *arg, struct question *q)
{
	struct proxy *p = arg;
	struct item *i = (struct item *)(void *)q;
	struct session *s = i->session;

	p->o.say("record %.*s is given up: pipelines failed over it",
	    UUID_LEN, i->q.line.data);
	if (!s) {
		item_alone(p, i, NULL);
		return;
	}
	queue_answered(i);
	item_unlist(p, i);
	i->state = ITEM_NOTED;
	notice_done(i, "given-up", "", refuse_given_up);
	verdict_ask_more(s);
}

/* Those of sessions have gone with them, and of releases the keeper knows. */
void verdict_leave(struct proxy *p)
{
	size_t left = 0;

	for (struct item *i = p->unheard, *next; i; i = next) {
		next = i->next;
		left += i->event == EVENT_LOGOUT;
		if (i->kind == ITEM_LOGOUT)
			item_free(p, i);
	}
	p->unheard = NULL;
	for (struct question *q; (q = pipeline_left(p->pipeline));) {
		struct item *i = (struct item *)(void *)q;

		left += i->event == EVENT_LOGOUT;
		if (i->kind == ITEM_LOGOUT)
			item_free(p, i);
		else
			pipeline_drop(p->pipeline, q);
	}
	if (left)
		p->o.say("logouts that nobody judged, and are on no record: %zu",
		    left);
}
