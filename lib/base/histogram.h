/* SPDX-License-Identifier: ISC */
/* How long things took: so many at most that long. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { HISTOGRAM_BOUNDS = 16 };

/* The bounds, in microseconds: 100 us to 30 s. */
extern const uint32_t histogram_bounds[HISTOGRAM_BOUNDS];

/* A zeroed struct is a valid empty one. */
struct histogram {
	uint64_t of[HISTOGRAM_BOUNDS + 1]; /* beyond the bound before; the last
					    * one: beyond all */
	uint64_t sum; /* microseconds */
};

/* Add one; a negative time, of a clock that was set back, counts as none. */
void histogram_add(struct histogram *, int64_t micros);

/* Append it as "SUM N N ...", and read that; false if it is none. */
void histogram_write(const struct histogram *, struct buf *);
bool histogram_read(struct histogram *, struct span);

#endif
