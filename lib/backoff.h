/* SPDX-License-Identifier: ISC */
/* How long to wait before what failed is tried again. */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

enum {
	BACKOFF_FIRST = 100,   /* milliseconds */
	BACKOFF_MOST = 30000,
	BACKOFF_SERVICE = 60000, /* of running well, after which it is
				  * forgotten that it failed before */
};

/* A zeroed struct: it has not failed. */
struct backoff {
	unsigned failures;
};

/* It failed after so many milliseconds: how many to wait. They double from
 * BACKOFF_FIRST to BACKOFF_MOST, a quarter more or less. */
uint64_t backoff_next(struct backoff *, uint64_t ran);

#endif
