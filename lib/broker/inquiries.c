/* SPDX-License-Identifier: ISC */
/* Lists of what a judge was, or will be, asked. */
#include "broker/inquiries.h"

#include "broker/window.h"

void inquiries_add(struct inquiries *l, struct inquiry *q)
{
	q->after = NULL;
	q->before = l->last;
	if (l->last)
		l->last->after = q;
	else
		l->first = q;
	l->last = q;
	l->count++;
}

void inquiries_remove(struct inquiries *l, struct inquiry *q)
{
	if (q->before)
		q->before->after = q->after;
	else
		l->first = q->after;
	if (q->after)
		q->after->before = q->before;
	else
		l->last = q->before;
	q->before = q->after = NULL;
	l->count--;
}
