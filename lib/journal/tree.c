/* SPDX-License-Identifier: ISC */
/* The hash tree over the lines of a journal: any subtree of it. */
#include "journal/tree.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "journal/chain.h"
#include "journal/check.h"
#include "journal/lines.h"
#include "journal/tree-internal.h"

void tree_leaf(uint64_t seq, const char digest[DIGEST_HEX],
    unsigned char out[MERKLE_HASH])
{
	char data[20 + 1 + DIGEST_HEX], digits[20];
	struct span number = journal_decimal(digits, seq);

	memcpy(data, number.p, number.n);
	data[number.n] = '\t';
	memcpy(data + number.n + 1, digest, DIGEST_HEX);
	merkle_leaf(data, number.n + 1 + DIGEST_HEX, out);
}

/* The segment with that leaf. */
static size_t segment_of(const struct journal_tree *t, uint64_t leaf)
{
	size_t low = 0, high = t->list.count;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (tree_first(t, mid) <= leaf)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool from_file(struct journal_tree *t, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH])
{
	int64_t n = part_place(t->file_first, t->file_end, level, index);

	return n >= 0 &&
	    pread(t->file, out, MERKLE_HASH, PART_HEAD + n * MERKLE_HASH) ==
		MERKLE_HASH;
}

enum found { FOUND, NOT_KEPT, FAILED };

/* A subtree that ends in the segment, if it is kept. */
static enum found find(struct journal_tree *t, size_t segment, unsigned level,
    uint64_t index, unsigned char out[MERKLE_HASH])
{
	bool open = segment + 1 == t->list.count && t->reader;
	const struct tree_part *part = open ? &t->open
					    : tree_kept(t, segment);
	const unsigned char *hash;

	if (!part && tree_file(t, segment))
		return from_file(t, level, index, out) ? FOUND : NOT_KEPT;
	if (!part)
		part = tree_build(t, segment);
	if (!part)
		return FAILED;
	if (index << level < part->first)
		return NOT_KEPT;
	hash = part_find(part, level, index);
	if (hash)
		memcpy(out, hash, MERKLE_HASH);
	return hash ? FOUND : NOT_KEPT;
}

/* Read the lines that begin a block, from where they are to be looked for. */
static bool read_block(struct journal_tree *t, struct lines *in, uint64_t seq)
{
	uint64_t due = seq;
	struct journal_line l;
	char digest[DIGEST_HEX];
	struct span line;

	while (due < seq + PART_BLOCK) {
		if (lines_next(in, &line) != LINES_LINE ||
		    !journal_take(line, &l) || l.from > due)
			return tree_fail(t, "line %" PRIu64 " is not there",
			    due);
		if (l.seq < due)
			continue;
		if (l.from != l.seq)
			return tree_fail(t, "line %" PRIu64 " is pruned", due);
		journal_digest(t->digest, l.text, digest);
		tree_leaf(due, digest, t->leaf[due - seq]);
		due++;
	}
	return true;
}

static bool read_lines(struct journal_tree *t, size_t segment, uint64_t block)
{
	uint64_t seq = (block << PART_LEVEL) + 1;
	struct lines in = {.fd = -1};
	char name[JOURNAL_NAME];
	int fd = segment_open(t->dir, t->list.first[segment], name);
	bool ok;

	if (fd < 0)
		return tree_fail(t, "'%s' cannot be opened", name);
	lines_reset(&in, fd);
	ok = lines_find(&in, seq) ? read_block(t, &in, seq)
				  : tree_fail(t, "'%s' cannot be read", name);
	lines_release(&in);
	close(fd);
	return ok;
}

/* Whether the leaves are those of the block as it is kept. */
static bool block_fits(struct journal_tree *t, size_t segment, uint64_t block)
{
	struct merkle_range r = {.first = 0};
	unsigned char kept[MERKLE_HASH];

	for (size_t i = 0; i < PART_BLOCK; i++)
		merkle_range_append(&r, t->leaf[i]);
	return find(t, segment, PART_LEVEL, block, kept) == FOUND &&
	    memcmp(kept, r.hash[0], MERKLE_HASH) == 0;
}

static bool load_block(struct journal_tree *t, size_t segment, uint64_t block)
{
	if (t->block_read && t->block == block)
		return true;
	t->block_read = false;
	if (!read_lines(t, segment, block))
		return false;
	/* Its file is wrong, if the lines are right. */
	if (!block_fits(t, segment, block) &&
	    (segment + 1 == t->list.count || !tree_build(t, segment) ||
		!block_fits(t, segment, block)))
		return tree_fail(t, "lines from %" PRIu64 " on were changed",
		    (block << PART_LEVEL) + 1);
	t->block = block;
	t->block_read = true;
	return true;
}

static bool node(struct journal_tree *t, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH])
{
	unsigned char right[MERKLE_HASH];
	size_t segment = segment_of(t, ((index + 1) << level) - 1);

	switch (find(t, segment, level, index, out)) {
	case FOUND:
		return true;
	case FAILED:
		return false;
	case NOT_KEPT:
		break;
	}
	if (level == 0) {
		if (!load_block(t, segment, index >> PART_LEVEL))
			return false;
		memcpy(out, t->leaf[index % PART_BLOCK], MERKLE_HASH);
		return true;
	}
	if (!node(t, level - 1, 2 * index, out) ||
	    !node(t, level - 1, 2 * index + 1, right))
		return false;
	merkle_node(out, right, out);
	return true;
}

bool tree_node(void *tree, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH])
{
	struct journal_tree *t = tree;

	if (level > 63 || index >= t->size >> level)
		return tree_fail(t, "is beyond the end");
	return node(t, level, index, out);
}

bool tree_range(struct journal_tree *t, uint64_t from, uint64_t to,
    unsigned char out[DIGEST_RAW])
{
	struct digest *d = digest_new(NULL, 0);
	unsigned char hash[MERKLE_HASH];
	uint64_t leaf = from - 1;
	bool ok = from > 0 && from <= to;

	digest_begin(d);
	while (ok && leaf < to) {
		unsigned level = 0;

		/* The largest one that begins here and does not end beyond. */
		while (level < 62 && !(leaf >> level & 1) &&
		    leaf + (UINT64_C(2) << level) <= to)
			level++;
		ok = tree_node(t, level, leaf >> level, hash);
		digest_add(d, hash, sizeof(hash));
		leaf += UINT64_C(1) << level;
	}
	digest_raw(d, out);
	digest_free(d);
	return ok;
}
