/* SPDX-License-Identifier: ISC */
/* The hash tree over the lines of a journal, RFC 6962, as cup-journal(5)
 * describes it: of closed segments by their files SEQ.tree, or else, as of the
 * one that is written, from their lines. */
#ifndef JOURNAL_TREE_H
#define JOURNAL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/merkle.h"

struct journal_tree;

/* Open the tree of the journal in that directory. NULL with errno and *why
 * where it cannot be read. */
struct journal_tree *tree_open(const char *path, const char **why);
void tree_close(struct journal_tree *);

/* How many lines the journal has now, which are then in the tree: lines that
 * are new since the last call are read, and checked. Some of them may not be
 * on disk yet: lock_read_synced tells which are. False with tree_why. */
bool tree_size(struct journal_tree *, uint64_t *size);

/* A merkle_source, its data being the tree: the hash of a perfect subtree
 * within the size that was told last. False with tree_why. */
bool tree_node(void *tree, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH]);

/* The hash over the lines from..to (within the size) that a note of their
 * pruning has as tree=. False with tree_why. */
bool tree_range(struct journal_tree *, uint64_t from, uint64_t to,
    unsigned char out[DIGEST_RAW]);

/* Why the last call was false, borrowed until the next. */
const char *tree_why(const struct journal_tree *);

/* Write SEQ.tree of a closed segment, by its first SEQ, unless it is there and
 * has the form of one: beside it, synced, then renamed. False with tree_why,
 * as where its lines are broken; errno is 0 then. */
bool tree_write(struct journal_tree *, uint64_t first);

/* The leaf of a line, by its digest in hexadecimal digits. */
void tree_leaf(uint64_t seq, const char digest[DIGEST_HEX],
    unsigned char out[MERKLE_HASH]);

#endif
