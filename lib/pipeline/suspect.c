/* SPDX-License-Identifier: ISC */
/* A record that makes a pipeline fail must not make all others fail with it,
 * again and again. What was in a pipeline when it died is suspected: it is
 * asked again few at a time, and what was in it then, too, alone, between the
 * others. What still fails alone, while others do not, is given up. */
#include "pipeline/internal.h"

#include "io/timer.h"

enum {
	GROUP = 16,	    /* of those that were in one that died, at a time */
	ALONE = 2,	    /* deaths, from which on it is asked alone */
	GIVEN_UP = 3,
	PAUSE_FIRST = 1000, /* milliseconds, where others prove nothing */
	PAUSE_MOST = 16000,
};

/* Whether others were answered since it failed before: if nobody is, the
 * fault is not its own. */
static bool convicted(const struct pipeline *p, struct question *q)
{
	bool others = p->answers != q->answers;

	q->answers = p->answers;
	return others;
}

static void blame(struct pipeline *p, struct question *q, bool alone)
{
	if (q->deaths == 0)
		p->suspected++;
	if (q->deaths < ALONE)
		q->deaths++;
	else if (alone && convicted(p, q))
		q->deaths++;
	if (q->deaths < ALONE) {
		convicted(p, q);
		return;
	}
	q->pause = q->pause ? 2 * q->pause : alone ? PAUSE_FIRST : 0;
	if (q->pause > PAUSE_MOST)
		q->pause = PAUSE_MOST;
	question_unlink(p, q);
	q->channel = NULL;
	q->due = timer_now() + q->pause;
	q->given = q->deaths >= GIVEN_UP;
	question_append(q->given ? &p->given : &p->suspects, q);
}

void pipeline_died(struct pipeline *p, struct run *r)
{
	bool alone = r->asked.count == 1;
	struct question *next;

	if (!p->owner->given_up)
		return;
	for (struct question *q = r->asked.first; q; q = next) {
		next = q->next;
		blame(p, q, alone);
	}
}

void pipeline_give_up(struct pipeline *p)
{
	struct question *q;

	while ((q = p->given.first)) {
		pipeline_drop(p, q);
		p->owner->given_up(p->arg, q);
	}
}

bool pipeline_unjudged(struct pipeline *p, struct question *q)
{
	if (convicted(p, q))
		q->unjudged++;
	return q->unjudged < GIVEN_UP;
}

/* The first that may be asked alone by now. */
static struct question *suspect_due(const struct pipeline *p)
{
	int64_t now = timer_now();
	struct question *q = p->suspects.first;

	while (q && q->due > now)
		q = q->next;
	return q;
}

struct question *pipeline_next(struct pipeline *p, const struct run *r)
{
	const struct question *in = r->asked.first;
	struct question *q = p->waiting.first;

	if (!p->suspected)
		return q;
	if (p->suspects.first) {
		struct question *s = suspect_due(p);

		if (s)
			return in ? NULL : s;
	}
	if (!q || !in)
		return q;
	if (in->deaths >= ALONE || in->deaths != q->deaths ||
	    (q->deaths && r->asked.count >= GROUP))
		return NULL;
	return q;
}
