/* SPDX-License-Identifier: ISC */
/* Which closed segments have to be read for what their records' age is. */
#ifndef PRUNE_DUE_H
#define PRUNE_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "prune/keeps.h"

/* Whether a segment may have something whose time is over. False only if its
 * index, which is then that of the segment as it is, has no such record; what
 * goes is never told by an index but by what is read. */
bool due_segment(const struct keeps *, int dir, uint64_t first);

#endif
