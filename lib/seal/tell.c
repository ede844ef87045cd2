/* SPDX-License-Identifier: ISC */
/* What was proved, as a person reads it. */
#include "seal/tell.h"

#include <inttypes.h>

#include "base/stamp.h"

static void vouched(struct buf *out, unsigned witnesses, uint64_t time)
{
	char stamp[STAMP_LEN];

	if (witnesses)
		buf_addf(out, ", cosigned by %u", witnesses);
	if (time) {
		stamp_write(stamp, (int64_t)time * 1000000);
		/* Its seconds, as that is what was signed. */
		buf_addf(out, " at %.19sZ", stamp);
	}
}

void tell_whole(struct buf *out, const char *path, const struct verified *v,
    const struct seals *s)
{
	const struct seal *newest = seals_newest(s);

	buf_addf(out, "%s: %" PRIu64 " records, ", path, v->records);
	if (v->erased)
		buf_addf(out, "%" PRIu64 " erased, ", v->erased);
	if (v->pruned)
		buf_addf(out, "%" PRIu64 " lines pruned, ", v->pruned);
	if (v->seq)
		buf_addf(out, "head %" PRIu64 ":%.*s, ", v->seq, DIGEST_HEX,
		    v->chain);
	buf_adds(out, "whole");
	if (newest) {
		buf_addf(out, ", sealed up to %" PRIu64, newest->size);
		vouched(out, newest->witnesses, newest->time);
	}
	buf_addc(out, '\n');
}

void tell_shown(struct buf *out, const char *path, const struct shown *s)
{
	const struct checkpoint *c = &s->vouched.checkpoint;

	buf_addf(out, "%s: record %" PRIu64 " of %.*s, sealed with %" PRIu64
		      " lines", path, s->seq, SPAN_ARG(c->origin), c->size);
	vouched(out, s->vouched.witnesses, s->vouched.time);
	buf_addc(out, '\n');
}
