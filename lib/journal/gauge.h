/* SPDX-License-Identifier: ISC */
/* How the writing of a journal does, told in a file (io/sheet.h). */
#ifndef JOURNAL_GAUGE_H
#define JOURNAL_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"

/* A zeroed one tells nobody. */
struct journal_gauge {
	const char *path; /* the caller's; NULL: nobody wants to know */
	uint64_t bytes, lines, seq; /* on disk: of this writer, and the last */
	struct histogram took;	    /* each flush: write and sync */
	int64_t told;		    /* when: stamp_now */
	bool untold;
};

/* So many lines are on disk now, up to that SEQ, and it took so long. It is
 * told ten times a second at most. */
void gauge_flushed(struct journal_gauge *, uint64_t bytes, uint64_t lines,
    uint64_t seq, int64_t micros);

/* Whether there is something untold, and telling it now. That it cannot be
 * told is no fault of the journal's. */
bool gauge_untold(const struct journal_gauge *);
void gauge_tell(struct journal_gauge *);

#endif
