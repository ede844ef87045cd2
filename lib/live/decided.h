/* SPDX-License-Identifier: ISC */
/* What came back from the pipeline, counted for who watches the node. */
#ifndef LIVE_DECIDED_H
#define LIVE_DECIDED_H

#include <stdint.h>

#include "base/buf.h"
#include "base/histogram.h"
#include "base/map.h"
#include "record/record.h"

enum { DECIDED_RULES_MAX = 512 }; /* names of rules; others count together */

/* A zeroed struct is a valid empty one. */
struct decided {
	uint64_t of[EVENTS][VERDICTS];
	struct histogram took;
	struct map rules;
	struct decided_rule *last; /* most often the next one, too */
	uint64_t beyond[VERDICTS]; /* rules that have no place */
};

/* A record came back, so many microseconds after it was put. It counts for the
 * rule of its last reason. */
void decided_add(struct decided *, const struct record *, int64_t micros);

/* Append lines: "metric records EVENT VERDICT N", "metric rule NAME VERDICT N"
 * (NAME "-": no reason), "metric decided HISTOGRAM" (base/histogram.h). */
void decided_write(const struct decided *, struct buf *);

void decided_release(struct decided *);

#endif
