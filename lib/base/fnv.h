/* SPDX-License-Identifier: ISC */
/* FNV-1a of 64 bits. Whoever chooses the bytes can make two of them alike: where
 * that matters there is map.h, or digest.h. */
#ifndef BASE_FNV_H
#define BASE_FNV_H

#include <stdint.h>

#include "base/span.h"

static inline uint64_t fnv_hash(struct span s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) *
		    UINT64_C(0x100000001b3);
	return hash;
}

#endif
