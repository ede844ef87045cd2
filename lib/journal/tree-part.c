/* SPDX-License-Identifier: ISC */
/* The hashes that are kept of one segment's lines. */
#include "journal/tree-part.h"

#include <string.h>

#include "base/digest.h"

static const char magic[8] = {'C', 'U', 'P', 'T', 'R', 'E', 'E', '2'};

void part_init(struct tree_part *p, uint64_t first)
{
	memset(p, 0, sizeof(*p));
	p->first = p->end = first;
}

void part_release(struct tree_part *p)
{
	buf_release(&p->left);
	buf_release(&p->right);
	for (int i = 0; i < PART_LEVELS; i++)
		buf_release(&p->level[i]);
}

/* The first subtree of a level that begins at or behind the leaf. */
static uint64_t at_or_behind(uint64_t leaf, unsigned level)
{
	uint64_t mask = (UINT64_C(1) << level) - 1;

	return (leaf >> level) + ((leaf & mask) != 0);
}

/* Where the whole blocks begin and end; if there is none both are end. */
static void blocks(uint64_t first, uint64_t end, uint64_t *from, uint64_t *to)
{
	*from = at_or_behind(first, PART_LEVEL) << PART_LEVEL;
	*to = end >> PART_LEVEL << PART_LEVEL;
	if (*from > *to)
		*from = *to = end;
}

static void add_hash(struct buf *b, const unsigned char hash[MERKLE_HASH])
{
	buf_add(b, (const char *)hash, MERKLE_HASH);
}

static const unsigned char *hash_at(const struct buf *b, uint64_t i)
{
	return (i + 1) * MERKLE_HASH <= b->len
	    ? (const unsigned char *)b->data + i * MERKLE_HASH
	    : NULL;
}

static void add_node(struct tree_part *p, unsigned level, uint64_t index,
    const unsigned char hash[MERKLE_HASH])
{
	unsigned char up[MERKLE_HASH];
	struct buf *b = &p->level[level - PART_LEVEL];
	size_t n;

	memcpy(up, hash, sizeof(up));
	add_hash(b, up);
	while (index % 2 && b->len >= 2 * MERKLE_HASH) {
		n = b->len - 2 * MERKLE_HASH;
		merkle_node((unsigned char *)b->data + n,
		    (unsigned char *)b->data + n + MERKLE_HASH, up);
		index /= 2;
		b++;
		add_hash(b, up);
	}
}

/* The leaves on the right are a block. */
static void end_block(struct tree_part *p)
{
	unsigned char *hash = (unsigned char *)p->right.data;

	for (size_t n = PART_BLOCK; n > 1; n /= 2) {
		for (size_t i = 0; i < n / 2; i++)
			merkle_node(hash + 2 * i * MERKLE_HASH,
			    hash + (2 * i + 1) * MERKLE_HASH,
			    hash + i * MERKLE_HASH);
	}
	add_node(p, PART_LEVEL, (p->end - 1) >> PART_LEVEL, hash);
	buf_reset(&p->right);
}

void part_add(struct tree_part *p, const unsigned char leaf[MERKLE_HASH])
{
	uint64_t from = at_or_behind(p->first, PART_LEVEL) << PART_LEVEL;

	p->end++;
	if (p->end <= from) {
		add_hash(&p->left, leaf);
		return;
	}
	add_hash(&p->right, leaf);
	if (p->end % PART_BLOCK == 0)
		end_block(p);
}

const unsigned char *part_find(const struct tree_part *p, unsigned level,
    uint64_t index)
{
	uint64_t from = at_or_behind(p->first, PART_LEVEL) << PART_LEVEL;

	if (level >= PART_LEVEL)
		return hash_at(&p->level[level - PART_LEVEL],
		    index - at_or_behind(p->first, level));
	if (level)
		return NULL;
	if (index < from)
		return hash_at(&p->left, index - p->first);
	from = p->end >> PART_LEVEL << PART_LEVEL;
	return index < from ? NULL : hash_at(&p->right, index - from);
}

bool part_crosses(uint64_t first, uint64_t end, unsigned level)
{
	uint64_t next = at_or_behind(first, level);

	return first >> level != next && next <= end >> level;
}

/* How many subtrees of a level are wholly in it. */
static uint64_t inside(uint64_t first, uint64_t end, unsigned level)
{
	uint64_t from = at_or_behind(first, level), to = end >> level;

	return from < to ? to - from : 0;
}

/* Of the levels below that one, from PART_LEVEL, and of the leaves. */
static uint64_t count_below(uint64_t first, uint64_t end, unsigned level)
{
	uint64_t from, to, n;

	blocks(first, end, &from, &to);
	n = from - first + (end - to);
	for (unsigned i = PART_LEVEL; i < level; i++)
		n += inside(first, end, i);
	return n;
}

uint64_t part_count(uint64_t first, uint64_t end)
{
	uint64_t n = count_below(first, end, 64);

	for (unsigned level = PART_LEVEL; level < 64; level++)
		n += part_crosses(first, end, level);
	return n;
}

static int64_t place_leaf(uint64_t first, uint64_t end, uint64_t leaf)
{
	uint64_t from, to;

	blocks(first, end, &from, &to);
	if (leaf < from)
		return (int64_t)(leaf - first);
	return leaf < to ? -1 : (int64_t)(from - first + (leaf - to));
}

int64_t part_place(uint64_t first, uint64_t end, unsigned level,
    uint64_t index)
{
	uint64_t from = at_or_behind(first, level), n;

	if (level == 0)
		return place_leaf(first, end, index);
	if (level < PART_LEVEL)
		return -1;
	if (index >= from)
		return index >= end >> level
		    ? -1
		    : (int64_t)(count_below(first, end, level) + index - from);
	if (index != first >> level || !part_crosses(first, end, level))
		return -1;
	n = count_below(first, end, 64);
	for (unsigned i = PART_LEVEL; i < level; i++)
		n += part_crosses(first, end, i);
	return (int64_t)n;
}

static void put(unsigned char *p, uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		p[i] = (unsigned char)n;
}

static uint64_t get(const unsigned char *p)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

void part_write(const struct tree_part *p, struct buf *out)
{
	unsigned char head[PART_HEAD] = {0};

	memcpy(head, magic, sizeof(magic));
	put(head + 8, p->first + 1);
	put(head + 16, p->end);
	put(head + 24, part_count(p->first, p->end));
	buf_add(out, (const char *)head, sizeof(head));
	buf_addspan(out, buf_span(&p->left));
	buf_addspan(out, buf_span(&p->right));
	for (int i = 0; i < PART_LEVELS; i++)
		buf_addspan(out, buf_span(&p->level[i]));
}

bool part_read(const unsigned char head[PART_HEAD], uint64_t size,
    uint64_t first, uint64_t *end)
{
	*end = get(head + 16);
	return memcmp(head, magic, sizeof(magic)) == 0 &&
	    get(head + 8) == first + 1 && *end > first &&
	    *end < UINT64_C(1) << 63 &&
	    get(head + 24) == part_count(first, *end) && get(head + 32) == 0 &&
	    size == PART_HEAD + part_count(first, *end) * MERKLE_HASH +
		    DIGEST_RAW;
}
