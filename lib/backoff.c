/* SPDX-License-Identifier: ISC */
/* How long to wait before what failed is tried again. */
#include "backoff.h"

#include <sys/random.h>

uint64_t backoff_next(struct backoff *b, uint64_t ran)
{
	uint64_t wait = BACKOFF_FIRST;
	uint32_t chance = 0;

	if (ran >= BACKOFF_SERVICE)
		b->failures = 0;
	for (unsigned i = 0; i < b->failures && wait < BACKOFF_MOST; i++)
		wait *= 2;
	if (wait >= BACKOFF_MOST)
		wait = BACKOFF_MOST;
	else
		b->failures++;
	/* Without chance all that failed together comes back together. */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = UINT32_MAX / 2;
	return wait - wait / 4 + wait / 2 * chance / UINT32_MAX;
}
