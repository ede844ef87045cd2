/* SPDX-License-Identifier: ISC */
/* Thinning out checkpoints. */
#include "seal/thin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/tree.h"
#include "seal/checkpoint.h"
#include "seal/extends.h"
#include "seal/note.h"
#include "seal/renewed.h"
#include "seal/store.h"
#include "seal/witnesses.h"

enum {
	DAY = 86400,
	KEYS = 64,
	STANDING = 8, /* of a day; what is beyond stays and stands for none */
};

/* What one has. */
struct sealed_at {
	uint64_t size; /* 0: before the first one */
	unsigned char root[MERKLE_HASH];
	bool stamped;
	unsigned keys;
	uint32_t key[KEYS];
};

struct thinning {
	int dir;
	struct journal_tree *tree;
	uint64_t *sizes;
	size_t count;
	struct sealed_at standing[STANDING]; /* of the day at hand */
	unsigned stand;
	unsigned removed;
};

/* Read one. False if it is none that is understood. */
static bool read_one(int dir, uint64_t size, struct sealed_at *a,
    struct buf *note)
{
	struct span rest, line, name;
	char file[STORE_NAME];
	struct checkpoint c;
	struct note n;

	*a = (struct sealed_at){.size = size};
	buf_reset(note);
	store_name(file, size, ".tsr");
	a->stamped = faccessat(dir, file, F_OK, 0) == 0;
	store_name(file, size, ".checkpoint");
	if (!store_read(dir, file, NOTE_MAX, note) ||
	    note_parse(&n, buf_span(note)) || checkpoint_parse(&c, n.text) ||
	    c.size != size)
		return false;
	memcpy(a->root, c.root, MERKLE_HASH);
	rest = n.signatures;
	while (a->keys < KEYS &&
	    note_next_signature(&rest, &line, &name, &a->key[a->keys]))
		a->keys++;
	return true;
}

static bool has_key(const struct sealed_at *a, uint32_t key)
{
	for (unsigned i = 0; i < a->keys; i++) {
		if (a->key[i] == key)
			return true;
	}
	return false;
}

/* Whether one that stays has all that this one has. */
static bool stood_for(const struct thinning *t, const struct sealed_at *a)
{
	for (unsigned i = 0; i < t->stand; i++) {
		const struct sealed_at *b = &t->standing[i];
		bool all = b->stamped || !a->stamped;

		for (unsigned k = 0; all && k < a->keys; k++)
			all = has_key(b, a->key[k]);
		if (all)
			return true;
	}
	return false;
}

static bool rename_in(int dir, uint64_t size, const char *from, const char *to)
{
	char old[STORE_NAME], new[STORE_NAME];

	store_name(old, size, from);
	store_name(new, size, to);
	return renameat(dir, old, dir, new) == 0;
}

/* Whether next is proved to extend the one that is to go, as all that is known
 * of it then is in next. What was not finished is. */
static bool attached(const struct thinning *t, const struct sealed_at *a,
    const struct sealed_at *next)
{
	const struct extension e = {a->size, next->size, a->root, next->root};

	return extends_by(t->dir, EXTENDS, &e) ||
	    (extends_by(t->dir, BRIDGES, &e) &&
		rename_in(t->dir, next->size, BRIDGES, EXTENDS));
}

/* Write the proof that next extends the one before. */
static bool bridge(struct thinning *t, const struct sealed_at *before,
    const struct sealed_at *next, struct span note)
{
	const struct extension e = {before->size, next->size, before->root,
	    next->root};
	struct buf first = BUF_EMPTY, text = BUF_EMPTY;
	struct witnessed w = {.size = next->size, .source = tree_node,
	    .tree = t->tree};
	struct span rest, line, who;
	char name[STORE_NAME];
	struct note n;
	uint32_t id;
	bool ok;

	ok = !note_parse(&n, note);
	rest = ok ? n.signatures : note;
	ok = ok && note_next_signature(&rest, &line, &who, &id);
	if (ok) {
		buf_addspan(&first, n.text);
		buf_addc(&first, '\n');
		buf_addspan(&first, line);
	}
	w.note = buf_span(&first);
	store_name(name, next->size, BRIDGES);
	ok = ok && witness_request(&text, before->size, &w) &&
	    store_write(t->dir, name, buf_span(&text)) &&
	    extends_by(t->dir, BRIDGES, &e);
	buf_release(&first);
	buf_release(&text);
	return ok;
}

static bool remove_files(int dir, uint64_t size)
{
	static const char *const endings[] = {RENEWED, ".tsr", ".checkpoint",
	    EXTENDS, BRIDGES};
	char name[STORE_NAME];

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		store_name(name, size, endings[i]);
		if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
			return false;
	}
	/* It is gone before the proof from it is. */
	return fsync(dir) == 0;
}

/* Remove number i, which next follows now. False with errno; *gone tells
 * whether it was removed, or has to stay. */
static bool remove_one(struct thinning *t, size_t i, struct sealed_at *next,
    bool *gone)
{
	struct sealed_at before = {.size = 0}, at;
	struct buf note = BUF_EMPTY;
	bool ok = true;

	*gone = read_one(t->dir, t->sizes[i], &at, &note) &&
	    (i == 0 || read_one(t->dir, t->sizes[i - 1], &before, &note)) &&
	    read_one(t->dir, next->size, next, &note) &&
	    attached(t, &at, next) &&
	    bridge(t, &before, next, buf_span(&note));
	if (*gone)
		ok = remove_files(t->dir, at.size) &&
		    rename_in(t->dir, next->size, BRIDGES, EXTENDS);
	buf_release(&note);
	return ok;
}

/* The day of its file; -1 if it is gone. */
static int64_t day_of(int dir, uint64_t size)
{
	char name[STORE_NAME];
	struct stat st;

	store_name(name, size, ".checkpoint");
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0
	    ? (int64_t)st.st_mtime / DAY
	    : -1;
}

/* From the newest to the oldest, so that the last of each day stands. */
static bool go_through(struct thinning *t, int64_t before, bool *more)
{
	struct sealed_at next = {.size = t->sizes[t->count - 1]}, at;
	int64_t last = -1;
	struct buf note = BUF_EMPTY;
	bool ok = true;

	for (size_t i = t->count - 1; ok && i-- > 0;) {
		int64_t day = day_of(t->dir, t->sizes[i]);
		bool gone = false, old = day >= 0 && (day + 1) * DAY <= before;

		if (day != last)
			t->stand = 0;
		last = day;
		if (old && read_one(t->dir, t->sizes[i], &at, &note)) {
			bool stands = stood_for(t, &at);

			*more = stands && t->removed == THIN_BATCH;
			if (*more)
				break;
			ok = !stands || remove_one(t, i, &next, &gone);
			t->removed += gone;
			if (!stands && t->stand < STANDING)
				t->standing[t->stand++] = at;
		}
		if (!gone)
			next.size = t->sizes[i];
	}
	buf_release(&note);
	return ok;
}

bool thin_checkpoints(int dir, struct journal_tree *tree, int64_t before,
    bool *more)
{
	struct thinning t = {.dir = dir, .tree = tree};
	bool ok;
	int saved;

	*more = false;
	/* Another one does it at this moment. */
	if (flock(dir, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK;
	ok = store_sizes(dir, &t.sizes, &t.count);
	if (ok && t.count)
		ok = go_through(&t, before, more);
	saved = errno;
	free(t.sizes);
	flock(dir, LOCK_UN);
	errno = saved;
	return ok;
}
