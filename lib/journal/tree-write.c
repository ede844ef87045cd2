/* SPDX-License-Identifier: ISC */
/* Writing SEQ.tree. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "journal/file.h"
#include "journal/tree-internal.h"

static bool fill(struct journal_tree *t, const struct tree_part *part,
    struct buf *out)
{
	unsigned char hash[MERKLE_HASH];

	part_write(part, out);
	for (unsigned level = PART_LEVEL; level < 64; level++) {
		if (!part_crosses(part->first, part->end, level))
			continue;
		if (!tree_node(t, level, part->first >> level, hash))
			return false;
		buf_add(out, (const char *)hash, sizeof(hash));
	}
	digest_begin(t->digest);
	digest_add(t->digest, out->data, out->len);
	digest_raw(t->digest, hash);
	buf_add(out, (const char *)hash, sizeof(hash));
	return true;
}

static bool put(struct journal_tree *t, uint64_t first, const struct buf *b)
{
	char aside[TREE_NAME], name[TREE_NAME];
	bool ok;
	int fd;

	tree_name(aside, first, ".tmp");
	tree_name(name, first, "");
	fd = openat(t->dir, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd < 0)
		return tree_fail(t, "cannot create '%s'", aside);
	ok = file_write_at(fd, b->data, b->len, 0) && fsync(fd) == 0 &&
	    renameat(t->dir, aside, t->dir, name) == 0 && fsync(t->dir) == 0;
	if (!ok) {
		tree_fail(t, "cannot write '%s'", name);
		unlinkat(t->dir, aside, 0);
	}
	close(fd);
	return ok;
}

bool tree_write(struct journal_tree *t, uint64_t first)
{
	struct tree_part *part;
	struct buf b = BUF_EMPTY;
	size_t i = 0;
	bool ok;

	errno = 0;
	if (!segment_list_read(&t->list, t->dir))
		return tree_fail(t, "cannot be listed");
	while (i < t->list.count && t->list.first[i] != first)
		i++;
	if (i + 1 >= t->list.count)
		return tree_fail(t, "segment %" PRIu64 " is not closed", first);
	if (tree_file(t, i))
		return true;
	errno = 0;
	if (t->size < tree_end(t, i))
		t->size = tree_end(t, i);
	part = tree_build(t, i);
	ok = part && fill(t, part, &b) && put(t, first, &b);
	tree_forget(t, i);
	buf_release(&b);
	return ok;
}
