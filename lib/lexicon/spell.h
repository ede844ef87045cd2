/* SPDX-License-Identifier: ISC */
/* Entries of many sets as paths of symbols in one tree: how each is spelt for
 * a reader of shapes. */
#ifndef LEXICON_SPELL_H
#define LEXICON_SPELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexicon/strip.h"

enum {
	SPELL_NONE = 0, /* no node, no end */
	SPELL_ROOT = 1,
	SPELL_GAP = 1, /* the symbol between two words */
};

struct spell_node {
	uint32_t letters; /* the symbols a to z that go on from here, a bit
			   * each */
	uint32_t ends;    /* the first entry that is complete here */
	bool gap, others; /* so do a gap, and other symbols */
};

/* An entry that is complete. */
struct spell_end {
	size_t set;
	struct span entry;
	uint32_t scripts; /* of its letters, a bit each */
	uint32_t letters; /* how many */
	uint32_t next;
	bool open; /* the last word may go on */
};

struct spell_edge {
	uint64_t key; /* the node it comes from and the symbol */
	uint32_t node;
};

/* A zeroed struct is a valid empty one. */
struct spell {
	struct spell_node *node;
	struct spell_end *end;
	struct spell_edge *edge;
	size_t nodes, ends, node_cap, end_cap;
	size_t edges, edge_slots; /* edge_slots: a power of two */
	bool foreign; /* has entries that are not all Latin */
	size_t longest; /* characters of an entry */
};

/* Add an entry to a set, its bytes must stay; false if it has no letter. */
bool spell_add(
    struct spell *, struct glyphs *, size_t set, struct span entry);
void spell_release(struct spell *);

/* The node that a symbol leads to, or SPELL_NONE; m counts as r and n, w as
 * two v, which look so. */
uint32_t spell_go(const struct spell *, uint32_t node, uint32_t symbol);

/* The same for all symbols of a reading. */
uint32_t spell_read(const struct spell *, const struct glyphs *, uint32_t node,
    const struct glyph_reading *);

#endif
