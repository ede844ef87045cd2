/* SPDX-License-Identifier: ISC */
/* Merkle trees: hashes and compact ranges. */
#include "base/merkle.h"

#include <string.h>

#include <nettle/sha2.h>

void merkle_leaf(const void *data, size_t len, unsigned char out[MERKLE_HASH])
{
	static const uint8_t prefix = 0;
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, 1, &prefix);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, MERKLE_HASH, out);
}

void merkle_node(const unsigned char left[MERKLE_HASH],
    const unsigned char right[MERKLE_HASH], unsigned char out[MERKLE_HASH])
{
	unsigned char data[1 + 2 * MERKLE_HASH] = {1};
	struct sha256_ctx ctx;

	memcpy(data + 1, left, MERKLE_HASH);
	memcpy(data + 1 + MERKLE_HASH, right, MERKLE_HASH);
	sha256_init(&ctx);
	sha256_update(&ctx, sizeof(data), data);
	sha256_digest(&ctx, MERKLE_HASH, out);
}

void merkle_range_init(struct merkle_range *r, uint64_t first)
{
	r->first = r->last = first;
	r->count = 0;
}

/* Whether the last two subtrees are the halves of one: of one level, and as
 * many leaves before the end as the larger one has. */
static bool halves(const struct merkle_range *r)
{
	unsigned level;

	if (r->count < 2)
		return false;
	level = r->level[r->count - 1];
	return r->level[r->count - 2] == level && level < 63 &&
	    (r->last & ((UINT64_C(2) << level) - 1)) == 0;
}

bool merkle_range_push(struct merkle_range *r, unsigned level,
    const unsigned char hash[MERKLE_HASH])
{
	uint64_t leaves;

	if (level > 63)
		return false;
	leaves = UINT64_C(1) << level;
	if ((r->last & (leaves - 1)) || r->last > UINT64_MAX - leaves)
		return false;
	memcpy(r->hash[r->count], hash, MERKLE_HASH);
	r->level[r->count++] = (unsigned char)level;
	r->last += leaves;
	while (halves(r)) {
		r->count--;
		merkle_node(r->hash[r->count - 1], r->hash[r->count],
		    r->hash[r->count - 1]);
		r->level[r->count - 1]++;
	}
	return true;
}

void merkle_range_append(struct merkle_range *r,
    const unsigned char leaf[MERKLE_HASH])
{
	merkle_range_push(r, 0, leaf);
}

bool merkle_range_merge(struct merkle_range *r,
    const struct merkle_range *next)
{
	if (next->first != r->last)
		return false;
	for (unsigned i = 0; i < next->count; i++)
		merkle_range_push(r, next->level[i], next->hash[i]);
	return true;
}

void merkle_range_root(const struct merkle_range *r,
    unsigned char out[MERKLE_HASH])
{
	struct sha256_ctx ctx;

	if (!r->count) {
		sha256_init(&ctx);
		sha256_digest(&ctx, MERKLE_HASH, out);
		return;
	}
	memcpy(out, r->hash[r->count - 1], MERKLE_HASH);
	for (unsigned i = r->count - 1; i > 0; i--)
		merkle_node(r->hash[i - 1], out, out);
}
