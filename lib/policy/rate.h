/* SPDX-License-Identifier: ISC */
/* How often something comes, by key: a window that slides over the times of
 * the last ones, in memory that is bounded. */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include <stdint.h>

#include "base/span.h"

enum {
	RATE_KEYS = 65536,     /* remembered at once */
	RATE_TIMES = 4 << 20,  /* of all keys of one rate */
	RATE_COUNT_MAX = 10000,
	/* A clock that is set back by more than this, and by more than the
	 * window, makes a key begin anew. */
	RATE_BACK = 3600, /* seconds */
};

struct rate;

/* More than count within a window of microseconds; count is at most
 * RATE_COUNT_MAX. The caller's to free. */
struct rate *rate_new(uint64_t count, int64_t window);
void rate_free(struct rate *);

/* One more of that key, at a time in microseconds: 1 if there are now more
 * than count in the window that ends there, 0 if not, -1 if there is no memory
 * left to count it in: then all that is remembered is still in the window. A
 * time before the last of the key counts as that. */
int rate_hit(struct rate *, struct span key, int64_t now);

/* What was last found out by it, for an account. */
enum rate_seen {
	RATE_WITHIN,
	RATE_OVER,
	RATE_FULL,    /* no memory is left */
	RATE_NOBODY,  /* there is no key */
	RATE_UNKNOWN, /* what should be one is no address */
};
void rate_note(struct rate *, enum rate_seen);
enum rate_seen rate_noted(const struct rate *);

#endif
