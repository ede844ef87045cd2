/* SPDX-License-Identifier: ISC */
/* Merkle trees: proofs. */
#include "base/merkle.h"

#include <string.h>

/* The largest power of two below n, which is at least 2. */
static uint64_t split(uint64_t n)
{
	uint64_t k = UINT64_C(1) << 63;

	while (k >= n)
		k >>= 1;
	return k;
}

static unsigned level_of(uint64_t leaves)
{
	unsigned level = 0;

	while (leaves >>= 1)
		level++;
	return level;
}

/* The hash over n leaves from first, which is a multiple of the power of two
 * that is not below n: perfect subtrees, each smaller than the one before. */
static bool subtree(uint64_t first, uint64_t n, merkle_source *source,
    void *data, unsigned char out[MERKLE_HASH])
{
	struct merkle_range r;
	unsigned char hash[MERKLE_HASH];

	merkle_range_init(&r, first);
	while (n) {
		unsigned level = level_of(n);

		if (!source(data, level, r.last >> level, hash))
			return false;
		n -= UINT64_C(1) << level;
		merkle_range_push(&r, level, hash);
	}
	merkle_range_root(&r, out);
	return true;
}

bool merkle_root(uint64_t size, merkle_source *source, void *data,
    unsigned char out[MERKLE_HASH])
{
	return subtree(0, size, source, data, out);
}

/* Proofs are found from the root down and told from the leaf up. */
static void turn(struct merkle_proof *p)
{
	unsigned char hash[MERKLE_HASH];

	for (unsigned i = 0, j = p->count; i + 1 < j; i++) {
		j--;
		memcpy(hash, p->hash[i], MERKLE_HASH);
		memcpy(p->hash[i], p->hash[j], MERKLE_HASH);
		memcpy(p->hash[j], hash, MERKLE_HASH);
	}
}

static bool add(struct merkle_proof *p, uint64_t first, uint64_t n,
    merkle_source *source, void *data)
{
	return subtree(first, n, source, data, p->hash[p->count++]);
}

bool merkle_prove(uint64_t leaf, uint64_t size, merkle_source *source,
    void *data, struct merkle_proof *p)
{
	uint64_t first = 0, n = size;

	p->count = 0;
	if (leaf >= size)
		return false;
	while (n > 1) {
		uint64_t k = split(n);
		bool left = leaf - first < k;

		if (!add(p, left ? first + k : first, left ? n - k : k,
		        source, data))
			return false;
		first += left ? 0 : k;
		n = left ? k : n - k;
	}
	turn(p);
	return true;
}

bool merkle_extend(uint64_t old, uint64_t size, merkle_source *source,
    void *data, struct merkle_proof *p)
{
	uint64_t first = 0, n = size;

	p->count = 0;
	if (old > size)
		return false;
	if (old == 0 || old == size)
		return true;
	while (first + n != old) {
		uint64_t k = split(n);
		bool left = old - first <= k;

		if (!add(p, left ? first + k : first, left ? n - k : k,
		        source, data))
			return false;
		first += left ? 0 : k;
		n = left ? k : n - k;
	}
	if (first > 0 && !add(p, first, n, source, data))
		return false;
	turn(p);
	return true;
}

/* RFC 9162, section 2.1.3.2: fn and sn are the numbers of the node and of the
 * last one at its level. */
bool merkle_proves(uint64_t leaf, const unsigned char hash[MERKLE_HASH],
    uint64_t size, const unsigned char root[MERKLE_HASH],
    const struct merkle_proof *p)
{
	unsigned char r[MERKLE_HASH];
	uint64_t fn = leaf, sn = size - 1;

	if (leaf >= size)
		return false;
	memcpy(r, hash, MERKLE_HASH);
	for (unsigned i = 0; i < p->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			merkle_node(p->hash[i], r, r);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			merkle_node(r, p->hash[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, MERKLE_HASH) == 0;
}

/* RFC 9162, section 2.1.4.2: both roots from one proof. seed is the largest
 * subtree that ends where the old tree does. */
static bool grows(uint64_t fn, uint64_t sn, const unsigned char *seed,
    const struct merkle_proof *p, unsigned i, const unsigned char *old_root,
    const unsigned char *root)
{
	unsigned char fr[MERKLE_HASH], sr[MERKLE_HASH];

	memcpy(fr, seed, MERKLE_HASH);
	memcpy(sr, seed, MERKLE_HASH);
	for (; i < p->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			merkle_node(p->hash[i], fr, fr);
			merkle_node(p->hash[i], sr, sr);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			merkle_node(sr, p->hash[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, MERKLE_HASH) == 0 &&
	    memcmp(sr, root, MERKLE_HASH) == 0;
}

bool merkle_extends(uint64_t old, const unsigned char old_root[MERKLE_HASH],
    uint64_t size, const unsigned char root[MERKLE_HASH],
    const struct merkle_proof *p)
{
	struct merkle_range none = {0};
	unsigned char empty[MERKLE_HASH];
	bool perfect = (old & (old - 1)) == 0;
	uint64_t fn = old - 1, sn = size - 1;

	if (old > size || (old == size && p->count))
		return false;
	if (old == size)
		return memcmp(old_root, root, MERKLE_HASH) == 0;
	if (old == 0) {
		merkle_range_root(&none, empty);
		return p->count == 0 &&
		    memcmp(old_root, empty, MERKLE_HASH) == 0;
	}
	if (p->count == 0)
		return false;
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	if (perfect)
		return grows(fn, sn, old_root, p, 0, old_root, root);
	return grows(fn, sn, p->hash[0], p, 1, old_root, root);
}
