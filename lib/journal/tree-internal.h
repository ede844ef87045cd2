/* SPDX-License-Identifier: ISC */
/* What the files of the tree share; nobody else's. */
#ifndef JOURNAL_TREE_INTERNAL_H
#define JOURNAL_TREE_INTERNAL_H

#include "base/buf.h"
#include "journal/segment.h"
#include "journal/tree-part.h"
#include "journal/tree.h"

struct journal_reader;

struct journal_tree {
	int dir;
	struct segment_list list;
	uint64_t size; /* lines that may be asked for */
	struct digest *digest;

	/* The segment that is written: as far as it was read. */
	struct journal_reader *reader; /* NULL: none yet */
	struct tree_part open;

	/* Closed ones that have no file, read from their lines. */
	struct tree_part **kept;
	size_t kept_count;

	/* The file SEQ.tree that was asked last, over file_first..file_end. */
	int file; /* -1: none */
	uint64_t file_first, file_end;

	/* The leaves of a block, from its lines. */
	uint64_t block;
	bool block_read;
	unsigned char leaf[PART_BLOCK][MERKLE_HASH];

	struct buf why;
};

/* Set why, and return false. */
bool tree_fail(struct journal_tree *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The leaves of the segment of that number in the list are first to end - 1,
 * as the list and the size tell. */
uint64_t tree_first(const struct journal_tree *, size_t segment);
uint64_t tree_end(const struct journal_tree *, size_t segment);

/* Add the lines there are now to the part. */
bool tree_follow(struct journal_tree *, struct journal_reader *,
    struct tree_part *);

/* Read a closed segment's lines, unless they were: kept until tree_forget, or
 * the end. NULL with why. */
struct tree_part *tree_build(struct journal_tree *, size_t segment);
struct tree_part *tree_kept(const struct journal_tree *, size_t segment);
void tree_keep(struct journal_tree *, struct tree_part *);
void tree_forget(struct journal_tree *, size_t segment);

/* Have the segment's file open; false if there is none of the right form. */
bool tree_file(struct journal_tree *, size_t segment);

/* "SEQ.tree" and the given end. */
enum { TREE_NAME = 32 };
void tree_name(char out[TREE_NAME], uint64_t first, const char *end);

#endif
