/* SPDX-License-Identifier: ISC */
/* The lists that questions wait in. */
#include "pipeline/internal.h"

void question_append(struct questions *l, struct question *q)
{
	q->next = NULL;
	q->prev = l->last;
	if (l->last)
		l->last->next = q;
	else
		l->first = q;
	l->last = q;
	l->count++;
}

static struct questions *list_of(struct pipeline *p, struct question *q)
{
	static const int last = RUNS - 1;

	if (!q->channel && q->due)
		return q->given ? &p->given : &p->suspects;
	if (!q->channel)
		return &p->waiting;
	for (int i = 0; i < last; i++) {
		if (p->run[i].channel == q->channel)
			return &p->run[i].asked;
	}
	return &p->run[last].asked;
}

void question_unlink(struct pipeline *p, struct question *q)
{
	struct questions *l = list_of(p, q);

	if (q->prev)
		q->prev->next = q->next;
	else
		l->first = q->next;
	if (q->next)
		q->next->prev = q->prev;
	else
		l->last = q->prev;
	q->next = q->prev = NULL;
	l->count--;
}

bool question_asked(const struct question *q)
{
	return q->channel != NULL;
}

void pipeline_drop(struct pipeline *p, struct question *q)
{
	if (!q->node.key.n)
		return;
	map_remove(&p->questions, &q->node);
	question_unlink(p, q);
	p->suspected -= q->deaths > 0;
}

/* What a run left unanswered comes before what was never asked. */
