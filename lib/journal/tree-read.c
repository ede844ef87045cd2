/* SPDX-License-Identifier: ISC */
/* The hash tree over the lines of a journal: its segments, by their files and
 * by their lines. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/journal.h"
#include "journal/tree-internal.h"

bool tree_fail(struct journal_tree *t, const char *format, ...)
{
	int saved = errno;
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	buf_reset(&t->why);
	buf_adds(&t->why, text);
	buf_str(&t->why);
	errno = saved;
	return false;
}

const char *tree_why(const struct journal_tree *t)
{
	return t->why.len ? t->why.data : "";
}

struct journal_tree *tree_open(const char *path, const char **why)
{
	struct journal_tree *t = mem_zalloc(sizeof(*t));
	int saved;

	t->file = -1;
	t->digest = digest_new(NULL, 0);
	t->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*why = t->dir < 0 ? "cannot be opened" : NULL;
	if (!*why && !segment_list_read(&t->list, t->dir))
		*why = "cannot be listed";
	if (!*why && !t->list.count &&
	    faccessat(t->dir, "lock", F_OK, 0) != 0)
		*why = "is no journal";
	if (!*why)
		return t;
	saved = errno;
	tree_close(t);
	errno = saved;
	return NULL;
}

void tree_close(struct journal_tree *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->kept_count; i++) {
		part_release(t->kept[i]);
		free(t->kept[i]);
	}
	free(t->kept);
	part_release(&t->open);
	journal_close(t->reader);
	if (t->file >= 0)
		close(t->file);
	if (t->dir >= 0)
		close(t->dir);
	segment_list_release(&t->list);
	digest_free(t->digest);
	buf_release(&t->why);
	free(t);
}

uint64_t tree_first(const struct journal_tree *t, size_t segment)
{
	return t->list.first[segment] - 1;
}

uint64_t tree_end(const struct journal_tree *t, size_t segment)
{
	return segment + 1 < t->list.count ? tree_first(t, segment + 1)
					   : t->size;
}

bool tree_follow(struct journal_tree *t, struct journal_reader *reader,
    struct tree_part *part)
{
	unsigned char leaf[MERKLE_HASH];
	struct journal_line l;

	for (;;) {
		enum journal_item item = journal_next(reader, &l);

		if (item == JOURNAL_END)
			return true;
		if (item == JOURNAL_ERROR)
			return tree_fail(t, "'%s' cannot be read",
			    journal_why(reader));
		errno = 0;
		if (item == JOURNAL_BROKEN)
			return tree_fail(t, "'%s' line %" PRIu64 " %s",
			    l.segment, l.line, journal_why(reader));
		if (l.from != l.seq)
			return tree_fail(t, "'%s' has pruned lines and no tree",
			    l.segment);
		if (l.seq != part->end + 1)
			return tree_fail(t, "'%s' has not line %" PRIu64,
			    l.segment, part->end + 1);
		tree_leaf(l.seq, l.digest.p, leaf);
		part_add(part, leaf);
	}
}

void tree_keep(struct journal_tree *t, struct tree_part *part)
{
	t->kept = mem_resize(t->kept, t->kept_count + 1, sizeof(part));
	t->kept[t->kept_count++] = part;
}

struct tree_part *tree_kept(const struct journal_tree *t, size_t segment)
{
	for (size_t i = 0; i < t->kept_count; i++) {
		if (t->kept[i]->first == tree_first(t, segment))
			return t->kept[i];
	}
	return NULL;
}

void tree_forget(struct journal_tree *t, size_t segment)
{
	size_t left = 0;

	for (size_t i = 0; i < t->kept_count; i++) {
		struct tree_part *part = t->kept[i];

		if (part->first != tree_first(t, segment)) {
			t->kept[left++] = part;
			continue;
		}
		part_release(part);
		free(part);
	}
	t->kept_count = left;
}

struct tree_part *tree_build(struct journal_tree *t, size_t segment)
{
	struct tree_part *part = tree_kept(t, segment);
	struct journal_reader *reader;
	bool ok;

	if (part)
		return part;
	reader = journal_open_segment(t->dir, t->list.first[segment], true);
	if (!reader) {
		tree_fail(t, "segment %" PRIu64 " cannot be opened",
		    t->list.first[segment]);
		return NULL;
	}
	part = mem_alloc(sizeof(*part));
	part_init(part, tree_first(t, segment));
	ok = tree_follow(t, reader, part);
	if (ok && part->end != tree_end(t, segment))
		ok = tree_fail(t, "segment %" PRIu64 " ends with %" PRIu64,
		    t->list.first[segment], part->end);
	journal_close(reader);
	if (ok) {
		tree_keep(t, part);
		return part;
	}
	part_release(part);
	free(part);
	return NULL;
}

void tree_name(char out[TREE_NAME], uint64_t first, const char *end)
{
	snprintf(out, TREE_NAME, "%020" PRIu64 ".tree%s", first, end);
}

bool tree_file(struct journal_tree *t, size_t segment)
{
	uint64_t first = tree_first(t, segment), end;
	unsigned char head[PART_HEAD];
	char name[TREE_NAME];
	struct stat st;

	if (segment + 1 == t->list.count)
		return false;
	if (t->file >= 0 && t->file_first == first)
		return true;
	if (t->file >= 0)
		close(t->file);
	tree_name(name, first + 1, "");
	t->file = openat(t->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (t->file >= 0 && fstat(t->file, &st) == 0 && S_ISREG(st.st_mode) &&
	    pread(t->file, head, PART_HEAD, 0) == PART_HEAD &&
	    part_read(head, (uint64_t)st.st_size, first, &end) &&
	    end == tree_end(t, segment)) {
		t->file_first = first;
		t->file_end = end;
		return true;
	}
	if (t->file >= 0)
		close(t->file);
	t->file = -1;
	return false;
}

/* The one that was written is closed now. */
static bool turn(struct journal_tree *t)
{
	size_t i = 0;
	struct tree_part *part;

	if (!tree_follow(t, t->reader, &t->open))
		return false;
	while (i + 1 < t->list.count && tree_first(t, i) != t->open.first)
		i++;
	if (i + 1 < t->list.count && t->open.end != tree_end(t, i))
		return tree_fail(t, "segment %" PRIu64 " ends with %" PRIu64,
		    t->list.first[i], t->open.end);
	journal_close(t->reader);
	t->reader = NULL;
	if (tree_file(t, i)) {
		part_release(&t->open);
		return true;
	}
	part = mem_alloc(sizeof(*part));
	*part = t->open;
	memset(&t->open, 0, sizeof(t->open));
	tree_keep(t, part);
	return true;
}

bool tree_size(struct journal_tree *t, uint64_t *size)
{
	size_t last;

	if (!segment_list_read(&t->list, t->dir))
		return tree_fail(t, "cannot be listed");
	*size = 0;
	if (!t->list.count)
		return true;
	last = t->list.count - 1;
	if (t->reader && t->open.first != tree_first(t, last) && !turn(t))
		return false;
	if (!t->reader) {
		t->reader = journal_open_segment(t->dir, t->list.first[last],
		    true);
		if (!t->reader)
			return tree_fail(t, "segment %" PRIu64
			    " cannot be opened", t->list.first[last]);
		part_init(&t->open, tree_first(t, last));
	}
	if (!tree_follow(t, t->reader, &t->open))
		return false;
	*size = t->size = t->open.end;
	return true;
}
