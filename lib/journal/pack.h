/* SPDX-License-Identifier: ISC */
/* Compressing one closed segment. */
#ifndef JOURNAL_PACK_H
#define JOURNAL_PACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/error.h"

struct pack {
	int dir;		/* the journal's; lock_segments is held */
	uint64_t spare;		/* bytes of the disk that are left free */
	const atomic_bool *stop; /* set: leave it as it was */
};

/* Put SEQ.log.zst in the place of SEQ.log, unless it is there already, or all
 * that SEQ.log has stands for pruned lines. At any moment one of them is whole
 * on disk. False with the error, EAGAIN if it was stopped. */
bool pack_segment(const struct pack *, uint64_t first, struct journal_error *);

#endif
