/* SPDX-License-Identifier: ISC */
/* The hashes that are kept of one segment's lines: made line by line, written
 * to SEQ.tree, and found in it. Only for tree.c. */
#ifndef JOURNAL_TREE_PART_H
#define JOURNAL_TREE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/merkle.h"

enum {
	PART_LEVEL = 6, /* the lowest one whose subtrees are kept */
	PART_BLOCK = 1 << PART_LEVEL,
	PART_LEVELS = 64 - PART_LEVEL,
	PART_HEAD = 40,
};

/* The leaves first to end - 1; set first, zero the rest. */
struct tree_part {
	uint64_t first, end;
	struct buf left, right; /* leaves before and behind whole blocks */
	struct buf level[PART_LEVELS];
};

void part_init(struct tree_part *, uint64_t first);
void part_release(struct tree_part *);

/* Add the leaf of number end. */
void part_add(struct tree_part *, const unsigned char leaf[MERKLE_HASH]);

/* A subtree that is wholly in it. NULL if it is not kept, borrowed else. */
const unsigned char *part_find(const struct tree_part *, unsigned level,
    uint64_t index);

/* In a file over the leaves first to end - 1: which hash, from 0, that of a
 * subtree is; -1 if it is not kept. */
int64_t part_place(uint64_t first, uint64_t end, unsigned level,
    uint64_t index);

/* How many hashes such a file has. */
uint64_t part_count(uint64_t first, uint64_t end);

/* Whether the subtree of that level that has the leaf first begins before it
 * and ends at or before end. */
bool part_crosses(uint64_t first, uint64_t end, unsigned level);

/* Append the head of such a file; what follows are all hashes that are wholly
 * in the part, in their order. */
void part_write(const struct tree_part *, struct buf *out);

/* Whether a file of that size with that head has the leaves from first on;
 * sets their end. */
bool part_read(const unsigned char head[PART_HEAD], uint64_t size,
    uint64_t first, uint64_t *end);

#endif
