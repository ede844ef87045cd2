/* SPDX-License-Identifier: ISC */
/* One segment: looked at once more before it is cut, and then replaced. */
#ifndef PRUNE_CUT_H
#define PRUNE_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/args.h"
#include "base/buf.h"
#include "base/digest.h"
#include "journal/journal.h"
#include "prune/hold-file.h"
#include "prune/plan.h"

enum cut_end {
	CUT_FINE,
	CUT_HELD,   /* something of it is held now */
	CUT_BROKEN, /* it is not whole, or not as it was planned */
	CUT_FAILED, /* errno */
};

/* A zeroed struct is a valid empty one. */
struct measure {
	int version;
	struct buf id;	    /* the journal's */
	uint64_t last;	    /* SEQ of the segment's last line */
	uint64_t gone;	    /* its lines up to there are pruned already */
	uint64_t left;	    /* of the lines to erase those still there */
	char chain[DIGEST_HEX]; /* of the last line that is to be pruned, */
	char tree[DIGEST_HEX];	/* and the hash of their compact range */
	struct args ids;    /* of the records that are to be erased */
	struct args notes;  /* that go with what is pruned though what they
			     * name does not: to be made again, as requests */
};

/* Open the segment that begins with first, in whatever form it is there, so
 * that its chain is checked. NULL with errno. */
struct journal_reader *cut_open(const char *journal, int dir, uint64_t first);

/* Look at a segment. Where the end is not fine why says it. */
enum cut_end cut_measure(struct measure *, const char *journal, int dir,
    const struct cut *, struct hold_file *, struct buf *why);
void measure_release(struct measure *);

/* Put a new file in its place, and remove what was made of the old one; on
 * disk when this returns. Whatever of that was done already is not done again.
 */
enum cut_end cut_replace(const struct measure *, const char *journal, int dir,
    const struct cut *, struct buf *why);

/* The last line that is pruned at the beginning of the segment; 0: none is, or
 * that cannot be read. */
uint64_t cut_gone(const char *journal, int dir, uint64_t first);

#endif
