/* SPDX-License-Identifier: ISC */
/* What has been erased or pruned of a journal, and the later notes that must
 * name it, as cup-journal(5) says. */
#ifndef JOURNAL_GAPS_H
#define JOURNAL_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"

struct gap {
	uint64_t from, to;
	bool pruned;		/* or else erased */
	char chain[DIGEST_HEX];	/* of the last one, where it was pruned */
};

/* A note of what was pruned. */
struct pruning {
	uint64_t from, to;
	struct span chain, tree; /* hexadecimal digits, in the note */
};

/* The same of one that named some that have gone. */
struct pruned {
	uint64_t from, to;
	char tree[DIGEST_HEX];
};

/* A zeroed struct is a valid empty one. */
struct gaps {
	struct gap *gap; /* those that no note has named */
	size_t count, cap;
	struct pruned *pruning;
	size_t pruning_count, pruning_cap;
};

/* These lines have gone; chain is NULL where one was erased. */
void gaps_add(struct gaps *, uint64_t from, uint64_t to, const char *chain);

/* Take a note that comes later: what it names is no open question any more. */
void gaps_note(struct gaps *, struct span note);

/* Whether a note says that lines were pruned: "# pruned TIME FROM-TO
 * chain=CHAIN tree=HASH ..."; its spans are in the note. */
bool pruning_read(struct span note, struct pruning *);

/* The first of those that no note has named; NULL if none is left. */
const struct gap *gaps_first(const struct gaps *);

void gaps_release(struct gaps *);

#endif
