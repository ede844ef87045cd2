/* SPDX-License-Identifier: ISC */
/* The files SEQ.tree against the lines they are of. */
#include "journal/tree-compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/journal.h"
#include "journal/tree-internal.h"

struct tree_compare {
	int dir; /* -1: nothing is checked */
	bool known;  /* before has all leaves before the part */
	bool whole;  /* the part has all lines of its segment */
	struct merkle_range before;
	struct tree_part part;
	struct buf want, have;
	char name[TREE_NAME], wrong[TREE_NAME];
};

struct tree_compare *tree_compare_new(const char *path)
{
	struct tree_compare *c = mem_zalloc(sizeof(*c));

	c->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c->known = c->whole = true;
	part_init(&c->part, 0);
	return c;
}

void tree_compare_free(struct tree_compare *c)
{
	if (!c)
		return;
	if (c->dir >= 0)
		close(c->dir);
	part_release(&c->part);
	buf_release(&c->want);
	buf_release(&c->have);
	free(c);
}

const char *tree_compare_wrong(const struct tree_compare *c)
{
	return c->wrong[0] ? c->wrong : NULL;
}

/* Add what the part has, up to a leaf, by the largest subtrees that it keeps.
 */
static void add_part(const struct tree_part *p, uint64_t to,
    struct merkle_range *r)
{
	while (r->last < to) {
		const unsigned char *hash = NULL;
		unsigned level = 63;

		for (; level > 0 && !hash; level--) {
			uint64_t leaves = UINT64_C(1) << level;

			if (!(r->last & (leaves - 1)) && to - r->last >= leaves)
				hash = part_find(p, level, r->last >> level);
			if (hash)
				break;
		}
		if (!hash)
			hash = part_find(p, 0, r->last);
		if (!hash || !merkle_range_push(r, level, hash))
			return;
	}
}

/* The subtree of a level that began before the part and ends in it. */
static void add_crossing(struct tree_compare *c, unsigned level)
{
	uint64_t start = c->part.first >> level << level;
	struct merkle_range r;
	uint64_t at = 0;

	merkle_range_init(&r, start);
	for (unsigned i = 0; i < c->before.count; i++) {
		if (at >= start)
			merkle_range_push(&r, c->before.level[i],
			    c->before.hash[i]);
		at += UINT64_C(1) << c->before.level[i];
	}
	add_part(&c->part, start + (UINT64_C(1) << level), &r);
	buf_add(&c->want, (const char *)r.hash[0], MERKLE_HASH);
}

static bool read_file(struct tree_compare *c)
{
	int fd = openat(c->dir, c->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	ssize_t n = 1;

	buf_reset(&c->have);
	if (fd < 0)
		return false;
	/* One byte more than it can have. */
	while (n > 0 && c->have.len <= c->want.len + 128 * MERKLE_HASH) {
		n = read(fd, buf_room(&c->have, 65536), 65536);
		c->have.len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return true;
}

static bool right(struct tree_compare *c)
{
	const struct tree_part *p = &c->part;

	buf_reset(&c->want);
	tree_name(c->name, p->first + 1, "");
	if (c->whole)
		part_write(p, &c->want);
	for (unsigned level = PART_LEVEL; level < 64 && c->whole && c->known;
	     level++) {
		if (part_crosses(p->first, p->end, level))
			add_crossing(c, level);
	}
	if (!read_file(c))
		return errno == ENOENT;
	if (c->have.len < c->want.len + DIGEST_RAW ||
	    (c->whole && c->known &&
		c->have.len != c->want.len + DIGEST_RAW))
		return false;
	return !c->want.len ||
	    memcmp(c->have.data, c->want.data, c->want.len) == 0;
}

/* The segment is over: the next one begins with that leaf. */
static void turn(struct tree_compare *c, uint64_t first)
{
	if (!c->whole)
		c->known = false;
	if (c->known)
		add_part(&c->part, c->part.end, &c->before);
	part_release(&c->part);
	part_init(&c->part, first);
	c->whole = true;
}

void tree_compare_line(struct tree_compare *c, const struct journal_line *l,
    const unsigned char *leaf)
{
	if (c->dir < 0)
		return;
	if (l->line == 1 && l->from > 1) {
		if (!right(c) && !c->wrong[0])
			memcpy(c->wrong, c->name, sizeof(c->wrong));
		turn(c, l->from - 1);
	}
	if (!leaf || l->seq != c->part.end + 1)
		c->whole = false;
	else if (c->whole)
		part_add(&c->part, leaf);
}
