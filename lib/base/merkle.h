/* SPDX-License-Identifier: ISC */
/* Merkle trees by SHA-256 as in RFC 6962, section 2.1, and RFC 9162, 2.1.3 to
 * 2.1.4.
 *
 * A tree of size N has the leaves 0 to N - 1. A perfect subtree of level L and
 * index I is over the leaves I << L to ((I + 1) << L) - 1; a leaf is the
 * subtree of level 0. Nothing is allocated here. */
#ifndef BASE_MERKLE_H
#define BASE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MERKLE_HASH = 32,	/* bytes of a hash */
	MERKLE_PROOF = 64,	/* hashes that a proof has at most */
	MERKLE_RANGE = 128,	/* and a compact range */
};

/* The hash of a leaf: SHA-256 of a byte 0 and the data. */
void merkle_leaf(const void *data, size_t len, unsigned char out[MERKLE_HASH]);

/* The hash of a node: SHA-256 of a byte 1 and both hashes. out may be one of
 * the two. */
void merkle_node(const unsigned char left[MERKLE_HASH],
    const unsigned char right[MERKLE_HASH], unsigned char out[MERKLE_HASH]);

/* The compact range of the leaves first to last - 1: the largest perfect
 * subtrees that it is made of, from left to right. */
struct merkle_range {
	uint64_t first, last;
	unsigned count;
	unsigned char level[MERKLE_RANGE];
	unsigned char hash[MERKLE_RANGE][MERKLE_HASH];
};

/* Begin an empty range at leaf first; a zeroed struct is one at leaf 0. */
void merkle_range_init(struct merkle_range *, uint64_t first);

/* Add the perfect subtree of a level that begins at leaf last. Returns false,
 * and changes nothing, if none of that level begins there. */
bool merkle_range_push(struct merkle_range *, unsigned level,
    const unsigned char hash[MERKLE_HASH]);

/* Add the leaf of number last by its hash. */
void merkle_range_append(struct merkle_range *,
    const unsigned char leaf[MERKLE_HASH]);

/* Add the range that follows. Returns false, and changes nothing, if it does
 * not begin where the first one ends. */
bool merkle_range_merge(struct merkle_range *, const struct merkle_range *);

/* The root of the tree of size last, of a range that begins at leaf 0. That of
 * an empty tree is the SHA-256 of nothing. */
void merkle_range_root(const struct merkle_range *,
    unsigned char out[MERKLE_HASH]);

/* Gives the hash of a perfect subtree, or returns false if it cannot. */
typedef bool merkle_source(void *data, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH]);

/* The root of the tree of that size. Returns false as the source does. */
bool merkle_root(uint64_t size, merkle_source *, void *data,
    unsigned char out[MERKLE_HASH]);

struct merkle_proof {
	unsigned count;
	unsigned char hash[MERKLE_PROOF][MERKLE_HASH];
};

/* Prove that the leaf of a number (below size) is in the tree of that size.
 * Returns false if the source does, or if the number is not in it. */
bool merkle_prove(uint64_t leaf, uint64_t size, merkle_source *, void *data,
    struct merkle_proof *);

/* Prove that the tree of size begins with the one of size old. The proof is
 * empty if old is 0 or size. Returns false if the source does, or if old is
 * the larger. */
bool merkle_extend(uint64_t old, uint64_t size, merkle_source *, void *data,
    struct merkle_proof *);

/* Whether the proof shows that the leaf of that number and hash is in the tree
 * of this size and root. */
bool merkle_proves(uint64_t leaf, const unsigned char hash[MERKLE_HASH],
    uint64_t size, const unsigned char root[MERKLE_HASH],
    const struct merkle_proof *);

/* Whether the proof shows that the tree of size begins with the one of size
 * old. */
bool merkle_extends(uint64_t old, const unsigned char old_root[MERKLE_HASH],
    uint64_t size, const unsigned char root[MERKLE_HASH],
    const struct merkle_proof *);

#endif
