/* SPDX-License-Identifier: ISC */
/* How long to wait before what failed is tried again. Pauses are for what dies
 * at birth: whatever did its work, and then dies, starts again at once. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BACKOFF_FIRST = 100,   /* milliseconds */
	BACKOFF_MOST = 30000,
	BACKOFF_SOON = 6,	 /* failures before it grows: one of many that
				  * work fails at something */
	BACKOFF_BIRTH = 1000,	 /* what works and yet dies younger than this
				  * must not be all that the machine does */
	BACKOFF_SERVICE = 10000, /* of life, which is as good as any work */
};

/* Zeroed, but for most: it has not failed. */
struct backoff {
	unsigned failures; /* at birth, one after another */
	uint64_t most;	   /* milliseconds; 0: BACKOFF_MOST */
};

/* It failed after so many milliseconds of life, in which it is known to have
 * worked or not: how many to wait. None, if it did not die at birth. Else
 * BACKOFF_FIRST, and after BACKOFF_SOON failures without work between them it
 * doubles up to most; a quarter more or less. */
uint64_t backoff_next(struct backoff *, uint64_t ran, bool worked);

#endif
