/* SPDX-License-Identifier: ISC */
/* Whether a journal that is read from its beginning is the one that was
 * sealed, at each size that there is a checkpoint of. */
#ifndef SEAL_SEALS_H
#define SEAL_SEALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/merkle.h"
#include "seal/trust.h"

struct journal_line;
struct journal_tree;

struct seal {
	char *name; /* of its file */
	uint64_t size, time;
	unsigned witnesses;
	unsigned char root[MERKLE_HASH];
	struct buf journal; /* the id it is of */
	bool stored; /* it is one of those beside the journal */
	bool met;  /* the journal has what was sealed */
	bool gone; /* its last line is pruned: its own lines cannot tell */
};

/* A zeroed struct has none. */
struct seals {
	struct seal *seal; /* ascending by size, after seals_begin */
	size_t count, cap, at;
	struct merkle_range range;
	struct journal_tree *tree; /* of pruned lines; NULL: not open */
	bool broken; /* there are no hashes of some that were pruned */
};

/* Add a checkpoint that is believed. Returns NULL, or why it is not, borrowed
 * from why. */
const char *seals_add(struct seals *, const struct trust *, const char *name,
    struct span note, struct buf *why);
void seals_release(struct seals *);

/* What comes is the first line of the journal in that directory. */
void seals_begin(struct seals *, const char *journal);

/* Take the next line, which was checked, with its leaf; NULL: it stands for
 * pruned ones. Returns the seal that ends there and does not fit, NULL: all is
 * well. */
const struct seal *seals_take(struct seals *, const struct journal_line *,
    const unsigned char *leaf);

/* At the end of the lines: look whether seals that are gone are proved by later
 * ones. */
void seals_end(struct seals *, const char *journal);

/* Then: a seal that is not met, as of lines that there are none of, or that
 * is of another journal than that id; NULL: there is none. */
const struct seal *seals_unmet(const struct seals *, struct span id);

/* The newest, NULL: there is none. */
const struct seal *seals_newest(const struct seals *);

#endif
