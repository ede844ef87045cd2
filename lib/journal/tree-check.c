/* SPDX-License-Identifier: ISC */
/* Whether the files of the tree are what was written. */
#include "journal/tree-check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "journal/tree-internal.h"

enum { CHUNK = 64 * 1024 };

/* Whether the file ends with the digest of what is before. */
static bool digest_fits(int fd, off_t size)
{
	struct digest *d = digest_new(NULL, 0);
	char *part = mem_alloc(CHUNK);
	unsigned char want[DIGEST_RAW], got[DIGEST_RAW];
	off_t at = 0, end = size - DIGEST_RAW;
	ssize_t n = 1;

	digest_begin(d);
	while (at < end && n > 0) {
		n = pread(fd, part,
		    end - at < CHUNK ? (size_t)(end - at) : CHUNK, at);
		if (n > 0)
			digest_add(d, part, (size_t)n);
		at += n;
	}
	digest_raw(d, got);
	digest_free(d);
	free(part);
	return at == end && pread(fd, want, DIGEST_RAW, end) == DIGEST_RAW &&
	    memcmp(got, want, DIGEST_RAW) == 0;
}

static bool file_whole(int fd, uint64_t first, uint64_t end)
{
	unsigned char head[PART_HEAD];
	struct stat st;
	uint64_t has;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    pread(fd, head, PART_HEAD, 0) == PART_HEAD &&
	    part_read(head, (uint64_t)st.st_size, first, &has) &&
	    has == end && digest_fits(fd, st.st_size);
}

const char *tree_check_files(int dir, const struct segment_list *list,
    char name[JOURNAL_NAME])
{
	for (size_t i = 0; i + 1 < list->count; i++) {
		char tree[TREE_NAME];
		bool ok;
		int fd;

		tree_name(tree, list->first[i], "");
		fd = openat(dir, tree,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd < 0 && errno == ENOENT)
			continue;
		ok = fd >= 0 && file_whole(fd, list->first[i] - 1,
				    list->first[i + 1] - 1);
		if (fd >= 0)
			close(fd);
		if (ok)
			continue;
		memcpy(name, tree, JOURNAL_NAME - 1);
		name[JOURNAL_NAME - 1] = '\0';
		return "is not what was written: the tree is damaged";
	}
	return NULL;
}

const char *tree_check_prunings(const char *path, const struct gaps *g,
    uint64_t *seq)
{
	struct journal_tree *t;
	const char *why = NULL;
	uint64_t size = 0;

	if (!g->pruning_count)
		return NULL;
	t = tree_open(path, &why);
	if (t && !tree_size(t, &size))
		size = 0;
	for (size_t i = 0; !why && i < g->pruning_count; i++) {
		const struct pruned *p = &g->pruning[i];
		unsigned char raw[DIGEST_RAW];
		char hex[DIGEST_HEX];

		*seq = p->to;
		if (!t || p->to > size || !tree_range(t, p->from, p->to, raw))
			why = "ends pruned lines whose tree is missing";
		else if (hex_write(hex, raw, sizeof(raw)),
		    memcmp(hex, p->tree, DIGEST_HEX) != 0)
			why = "ends pruned lines whose tree is not the one "
			      "that was noted";
	}
	tree_close(t);
	return why;
}
