/* SPDX-License-Identifier: ISC */
/* On which terms a record is held: a field behind the tenth,
 * "terms=reviewers:N,expires:SECONDS", of which each may be absent
 * (cup-record(5)). */
#ifndef RECORD_TERMS_H
#define RECORD_TERMS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "record/record.h"

enum {
	TERMS_REVIEWERS_MAX = 9,
	TERMS_EXPIRES_MAX = 3650 * 86400, /* seconds */
};

struct terms {
	unsigned reviewers; /* how many must release it; 0 is as 1 */
	uint64_t expires;   /* seconds after which it is refused; 0: never */
};

/* The terms of a record; what it does not say, or not as above, is one reviewer
 * and never. */
void record_terms(const struct record *, struct terms *);

/* Append what is behind the tenth field, extra with its TABs, with these terms
 * in place of those that are there. */
void terms_write(struct buf *, struct span extra, const struct terms *);

#endif
