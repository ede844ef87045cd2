/* SPDX-License-Identifier: ISC */
/* What came of a review goes back the way that it came. */
#include "base/mem.h"
#include "live/release-internal.h"
#include "live/release.h"

static void record(struct releases *all, struct buf *line,
    const struct review *v)
{
	struct recorder *rec = &all->proxy->recorder;

	buf_reset(&all->out);
	review_write(&all->out, v, span_of(NULL));
	recorder_now(rec);
	buf_reset(line);
	recorder_put(rec, line, NULL, span_of("review"), EVENT_REVIEW,
	    VERDICT_NONE, span_of(NULL), buf_span(&all->out));
}

static void put(struct releases *all, struct question *q, bool stray)
{
	if (stray)
		all->proxy->count.records_in++;
	pipeline_put(stray ? all->proxy->pipeline : all->keeper, q);
}

void release_done(struct release *r)
{
	static const char *const words[] = {[OUTCOME_SENT] = "sent",
	    [OUTCOME_REFUSED] = "refused",
	    [OUTCOME_DOUBTFUL] = "doubtful",
	    [OUTCOME_TOLD] = "told"};
	struct review v = {.verdict = REVIEW_DONE,
	    .ref = {r->id, UUID_LEN},
	    .outcome = span_of(words[r->outcome])};

	/* What a refusal's reviewer said is on record already. */
	if (r->why.len && r->outcome != OUTCOME_TOLD)
		v.why = buf_span(&r->why);
	r->i.event = EVENT_REVIEW;
	record(r->all, &r->i.q.line, &v);
	release_step(r, RELEASE_DONE);
	put(r->all, &r->i.q, r->stray);
}

void releases_report(struct releases *all, struct span id, struct span try)
{
	struct item *i = mem_zalloc(sizeof(*i));
	struct review v = {.verdict = REVIEW_ARRIVED, .ref = id, .try = try};

	i->kind = ITEM_LOGOUT;
	i->event = EVENT_REVIEW;
	record(all, &i->q.line, &v);
	all->proxy->held++;
	put(all, &i->q, !all->keeper);
}
