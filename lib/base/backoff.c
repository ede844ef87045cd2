/* SPDX-License-Identifier: ISC */
/* How long to wait before what failed is tried again. */
#include "base/backoff.h"

#include <sys/random.h>

uint64_t backoff_next(struct backoff *b, uint64_t ran, bool worked)
{
	uint64_t wait = BACKOFF_FIRST, most = b->most ? b->most : BACKOFF_MOST;
	uint32_t chance = 0;

	if (worked || ran >= BACKOFF_SERVICE) {
		b->failures = 0;
		if (ran >= BACKOFF_BIRTH)
			return 0;
	}
	for (unsigned i = BACKOFF_SOON; i < b->failures && wait < most; i++)
		wait *= 2;
	if (wait >= most)
		wait = most;
	else
		b->failures++;
	/* Without chance all that failed together comes back together. */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = UINT32_MAX / 2;
	return wait - wait / 4 + wait / 2 * chance / UINT32_MAX;
}
