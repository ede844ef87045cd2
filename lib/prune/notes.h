/* SPDX-License-Identifier: ISC */
/* The notes that say what was pruned and what was erased. */
#ifndef PRUNE_NOTES_H
#define PRUNE_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "prune/plan.h"

/* "# pruned TIME FROM-TO ... by=NAME why=WORDS" or
 * "# erasure TIME seq=SEQ by=NAME why=WORDS" */
struct prune_note {
	bool pruned;
	uint64_t from, to;
	struct span time, since; /* since.n 0: that is its time */
	struct span rest;	 /* from behind the lines, or behind since */
	struct span by, why;
};

/* Read one; the spans are into text. False if it is none. */
bool prune_note_read(struct prune_note *, struct span text);

/* The request that has it made again, saying since when it stood. */
void prune_note_again(const struct prune_note *, struct buf *request);

/* The requests that announce what is done. */
void prune_note_range(struct buf *request, const struct cut *,
    const char chain[64], const char tree[64]);
void prune_note_line(struct buf *request, const struct cut_line *);

/* The segment, by its first line, that a line is in; 0: it cannot be told. */
uint64_t notes_segment(int dir, uint64_t seq);

/* Add to the plan what the journal's notes from that line on announce. False
 * with errno, and why. */
bool notes_announced(struct plan *, const char *journal, int dir,
    uint64_t from, struct buf *why);

#endif
