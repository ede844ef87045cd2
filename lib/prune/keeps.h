/* SPDX-License-Identifier: ISC */
/* How long records are kept. */
#ifndef PRUNE_KEEPS_H
#define PRUNE_KEEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stamp.h"
#include "journal/search.h"
#include "record/record.h"

struct keep {
	struct search *search;	 /* whose it is; NULL: everybody's */
	char cutoff[STAMP_LEN];	 /* what is older need not be kept */
	int64_t before;		 /* the same in microseconds */
	char *text;		 /* "7y", "rule:mnpi=10y" */
};

/* A zeroed struct is a valid empty one: everything is kept for ever. */
struct keeps {
	struct keep *keep;
	size_t count;
};

/* Add how long everything is kept that nothing else is said of: a number and
 * one of s h d w M y. NULL, or why it is refused, a constant. */
const char *keeps_add(struct keeps *, const char *duration, int64_t now);

/* Add how long some records are: KIND:VALUE=DURATION, the kind being rule, node
 * or jid. NULL, or why it is refused, borrowed until the next call. */
const char *keeps_add_for(struct keeps *, const char *value, int64_t now);

/* What says how long the record is kept: of all that are about it the longest,
 * or else what is for everybody; NULL: for ever. */
const struct keep *keeps_of(const struct keeps *, const struct record *);

/* That for everybody; NULL: there is none. */
const struct keep *keeps_general(const struct keeps *);

void keeps_release(struct keeps *);

#endif
