/* SPDX-License-Identifier: ISC */
/* Outcomes of records. */
#include "trial/trial.h"

bool outcome_differs(const struct outcome *a, const struct outcome *b)
{
	return a->verdict != b->verdict || (a->verdict == VERDICT_PASS &&
	    !span_same(a->stanza, b->stanza));
}

void outcome_record(struct buf *out, const struct record *r,
    const struct outcome *was)
{
	struct record more = *r;
	struct buf extra = BUF_EMPTY;

	buf_addspan(&extra, r->extra);
	buf_addf(&extra, "\t%s ", verdict_name(was->verdict));
	buf_addspan(&extra, was->reason);
	more.extra = buf_span(&extra);
	record_write(out, &more);
	buf_release(&extra);
}
