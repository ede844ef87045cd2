/* SPDX-License-Identifier: ISC */
/* What of a journal can be in a bucket, and is not yet. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seal/store.h"
#include "ship/bucket-internal.h"

/* ---- a file */

static enum bucket_step bring(struct bucket *b, struct bucket_journal *one,
    const struct bucket_file *f)
{
	if (journals_ending(b->journals, 0))
		return BUCKET_STEP_ENDED;
	switch (bucket_bring(b, f)) {
	case BUCKET_OTHER:
		one->other = b->other = true;
		return BUCKET_STEP_FINE;
	case BUCKET_UNREACHED:
		return BUCKET_STEP_UNREACHED;
	case BUCKET_DENIED:
		return BUCKET_STEP_DENIED;
	case BUCKET_UNREAD:
		return BUCKET_STEP_BROKEN;
	case BUCKET_THERE:
		break;
	}
	return BUCKET_STEP_FINE;
}

/* One that need not be there, in a folder whose name ("" or with a /) stands
 * before its own. */
static enum bucket_step bring_name(struct bucket *b, struct bucket_journal *one,
    int dir, const char *folder, const char *name)
{
	char path[BUCKET_NAME];
	struct bucket_file f = {.journal = one->id, .name = path,
	    .dir = one->lines.fd};
	enum bucket_step s;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	f.grows = span_ends(span_of(name), ".checkpoint");
	f.fd = openat(dir, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (f.fd < 0 && errno == ENOENT)
		return BUCKET_STEP_FINE;
	if (f.fd < 0) {
		b->journals->say("journal '%s': '%s': %s", one->path, path,
		    strerror(errno));
		return BUCKET_STEP_BROKEN;
	}
	s = bring(b, one, &f);
	close(f.fd);
	return s;
}

/* ---- a folder */

/* Times of files are as coarse as the kernel's ticks: what was just changed may
 * change again and look the same. */
static bool changed(struct bucket_folder *f)
{
	struct timespec before = f->listed;
	struct stat st;

	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return f->fd >= 0;
	f->listed = st.st_mtim;
	if (time(NULL) - st.st_mtime <= 1)
		f->listed.tv_nsec = -1;
	return before.tv_sec != st.st_mtim.tv_sec ||
	    before.tv_nsec != st.st_mtim.tv_nsec;
}

/* What is there now, for the next start: nothing from where something else is
 * there, so that it is told again. */
static enum bucket_step advance(struct bucket *b, struct bucket_journal *one)
{
	struct bucket_place *p = bucket_cursor_of(b->cursor, one->id);

	if (one->other)
		return BUCKET_STEP_FINE;
	p->segment = one->segment;
	p->checkpoint = one->checkpoint;
	if (bucket_cursor_save(b->cursor))
		return BUCKET_STEP_FINE;
	b->journals->say("cannot write '%s': %s", b->cursor->path,
	    strerror(errno));
	return BUCKET_STEP_BROKEN;
}

static enum bucket_step bring_segment(struct bucket *b,
    struct bucket_journal *one, uint64_t first)
{
	char name[JOURNAL_NAME], tree[BUCKET_NAME];
	struct bucket_file f = {.journal = one->id, .name = name,
	    .dir = one->lines.fd, .first = first};
	enum bucket_step s = BUCKET_STEP_WAITS;

	f.fd = segment_open(f.dir, first, name);
	if (f.fd < 0) {
		b->journals->say("journal '%s': '%s': %s", one->path, name,
		    strerror(errno));
		return BUCKET_STEP_BROKEN;
	}
	if (bucket_file_ready(f.dir, first, f.fd, name))
		s = bring(b, one, &f);
	close(f.fd);
	if (s != BUCKET_STEP_FINE)
		return s;
	snprintf(tree, sizeof(tree), "%020llu.tree", (unsigned long long)first);
	return bring_name(b, one, f.dir, "", tree);
}

/* All but the last one, which is written to. */
static enum bucket_step bring_segments(struct bucket *b,
    struct bucket_journal *one)
{
	struct segment_list list = {NULL, 0, 0};
	enum bucket_step s = BUCKET_STEP_FINE;

	if (!segment_list_read(&list, one->lines.fd)) {
		b->journals->say("journal '%s': %s", one->path,
		    strerror(errno));
		return BUCKET_STEP_BROKEN;
	}
	for (size_t i = 0; i + 1 < list.count && s == BUCKET_STEP_FINE; i++) {
		if (list.first[i] <= one->segment)
			continue;
		s = bring_segment(b, one, list.first[i]);
		if (s == BUCKET_STEP_FINE) {
			one->segment = list.first[i];
			s = advance(b, one);
		}
	}
	segment_list_release(&list);
	one->waits = s != BUCKET_STEP_FINE;
	return s == BUCKET_STEP_WAITS ? BUCKET_STEP_FINE : s;
}

static enum bucket_step bring_checkpoint(struct bucket *b,
    struct bucket_journal *one, uint64_t size)
{
	static const char *const endings[] = {".extends", ".checkpoint",
	    ".tsr"};
	char name[STORE_NAME];
	enum bucket_step s = BUCKET_STEP_FINE;

	for (size_t i = 0; i < 3 && s == BUCKET_STEP_FINE; i++) {
		store_name(name, size, endings[i]);
		s = bring_name(b, one, one->checkpoints.fd, "checkpoints/",
		    name);
	}
	return s;
}

/* The last one may still be signed by others. */
static enum bucket_step bring_checkpoints(struct bucket *b,
    struct bucket_journal *one)
{
	uint64_t *size;
	size_t count;
	enum bucket_step s = BUCKET_STEP_FINE;

	if (!store_sizes(one->checkpoints.fd, &size, &count)) {
		b->journals->say("checkpoints of '%s': %s", one->path,
		    strerror(errno));
		return BUCKET_STEP_BROKEN;
	}
	for (size_t i = 0; i < count && s == BUCKET_STEP_FINE; i++) {
		if (size[i] <= one->checkpoint)
			continue;
		s = bring_checkpoint(b, one, size[i]);
		if (s == BUCKET_STEP_FINE && i + 1 < count) {
			one->checkpoint = size[i];
			s = advance(b, one);
		}
	}
	free(size);
	if (s != BUCKET_STEP_FINE)
		one->checkpoints.listed.tv_nsec = -1;
	return s;
}

/* ---- a journal */

/* Its id, once it has a line. */
static enum bucket_step know(struct bucket *b, struct bucket_journal *one)
{
	const struct journals_config *c = b->journals;
	struct journals_one j;
	struct journal_line line;
	enum journal_item item;
	enum bucket_step s = BUCKET_STEP_FINE;

	if (!journals_open(&j, c, one->path))
		return BUCKET_STEP_BROKEN;
	item = journal_next(j.reader, &line);
	if (item == JOURNAL_BROKEN || item == JOURNAL_ERROR) {
		c->say("journal '%s': %s", one->path, journal_why(j.reader));
		s = BUCKET_STEP_BROKEN;
	} else if (item == JOURNAL_END) {
		s = BUCKET_STEP_WAITS;
	} else if (!journals_know(&j, c)) {
		s = BUCKET_STEP_BROKEN;
	}
	if (s == BUCKET_STEP_FINE) {
		const struct bucket_place *p = bucket_cursor_of(b->cursor,
		    j.id);

		memcpy(one->id, j.id, sizeof(one->id));
		one->segment = p->segment;
		one->checkpoint = p->checkpoint;
	}
	journals_close(&j);
	return s;
}

enum bucket_step bucket_journal(struct bucket *b, struct bucket_journal *one)
{
	enum bucket_step s = one->id[0] ? BUCKET_STEP_FINE : know(b, one);

	if (s == BUCKET_STEP_WAITS)
		return BUCKET_STEP_FINE;
	if (s == BUCKET_STEP_FINE && (changed(&one->lines) || one->waits))
		s = bring_segments(b, one);
	if (one->checkpoints.fd < 0)
		one->checkpoints.fd = store_checkpoints(one->path, false);
	if (s == BUCKET_STEP_FINE && changed(&one->checkpoints))
		s = bring_checkpoints(b, one);
	return s;
}
