/* SPDX-License-Identifier: ISC */
/* A batch of journal lines, and having them on disk. */
#ifndef JOURNAL_BATCH_H
#define JOURNAL_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "journal/closing.h"
#include "journal/error.h"
#include "journal/file.h"
#include "journal/heads.h"
#include "journal/lock.h"

enum { BATCH_MAX = 2 * 1024 * 1024 }; /* bytes of several journal lines */

struct batch {
	struct buf disk; /* lines for the segment, not chained yet */
	struct buf out;	 /* what is passed on once they are on disk */
	bool rotate;	 /* they begin a new segment */
	uint64_t first;	 /* SEQ of the first line, where there is one */
	uint64_t seq;	 /* and of the last */
};

/* What batches go to. */
struct flush_target {
	struct journal_file file;
	struct journal_heads heads;
	struct journal_lock lock;
	struct closing *closing; /* is told of ended ones; NULL: none */
	struct digest *digest;	/* the caller's */
	char chain[DIGEST_HEX];	/* of the last line that was committed */
};

bool batch_filled(const struct batch *);

/* Add the line with that SEQ, which follows the last one's: SEQ TAB CHAIN TAB
 * text LF. Zeros stand for its chain, which is made when it is committed. */
void batch_line(struct batch *, uint64_t seq, struct span text);

/* Chain a batch's lines and have them on disk, in a new segment where it says
 * so. False with the error. */
bool batch_commit(struct batch *, struct flush_target *,
    struct journal_error *);

/* Empty it, and give back memory beyond what most batches need. */
void batch_reset(struct batch *);
void batch_release(struct batch *);

#endif
