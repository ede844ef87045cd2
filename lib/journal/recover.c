/* SPDX-License-Identifier: ISC */
/* The end of a journal, put right after a crash. */
#include "journal/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/file.h"
#include "journal/flush.h"
#include "journal/scan.h"

enum { CHUNK = 256 * 1024, KEPT_TRIES = 1000 };

/* Offset behind the last byte from there on that is neither line feed nor
 * NUL, which some file systems leave where nothing was written; -1: errno. */
static off_t written_end(int fd, off_t from)
{
	char part[16 * 1024];
	off_t end = from;
	ssize_t n;

	while ((n = pread(fd, part, sizeof(part), from)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (part[i] != '\n' && part[i] != '\0')
				end = from + i + 1;
		}
		from += n;
	}
	return n < 0 ? -1 : end;
}

/* Whether a crash can have left what is behind the whole lines: never more
 * than one batch is on its way, and a closing note only when none is. */
static bool plausible(struct scan *s, off_t size)
{
	off_t start = s->tail->end, beyond;
	struct span line, chain, text;
	enum lines_item item;
	uint64_t seq;

	if (size > JOURNAL_LINE_MAX)
		return false;
	lines_seek(&s->in, start);
	while ((item = lines_next(&s->in, &line)) != LINES_END &&
	    item != LINES_CUT && item != LINES_ERROR) {
		off_t at = lines_offset(&s->in);

		if (item == LINES_BLANK) {
			beyond = lines_beyond(&s->in, at);
			if (beyond < 0)
				break;
			lines_seek(&s->in, beyond);
			continue;
		}
		if (at == start || !journal_split(line, &seq, &chain, &text))
			continue;
		if (at + (off_t)line.n - start > BATCH_MAX ||
		    span_starts(text, "# closed "))
			return false;
	}
	return item != LINES_ERROR;
}

/* A new file for what is torn off; nothing that is there is written over. */
static int create_kept(struct scan *s)
{
	struct journal_tail *t = s->tail;
	int fd = -1;

	for (int i = 0; fd < 0 && i < KEPT_TRIES; i++) {
		int n = snprintf(t->kept, sizeof(t->kept), "%020" PRIu64,
		    t->seq + 1);

		if (i)
			n += snprintf(t->kept + n, sizeof(t->kept) - (size_t)n,
			    ".%d", i);
		snprintf(t->kept + n, sizeof(t->kept) - (size_t)n, ".torn");
		fd = openat(s->dir, t->kept,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

/* Copy size bytes from one offset to another file, or to the same place. */
static bool copy(int from, off_t at, off_t size, int to, off_t place)
{
	char *part = mem_alloc(CHUNK);
	bool ok = true;

	while (ok && size > 0) {
		ssize_t n = pread(from, part,
		    size < CHUNK ? (size_t)size : CHUNK, at);

		ok = n > 0 && file_write_at(to, part, (size_t)n, place);
		at += n;
		place += n;
		size -= n;
	}
	free(part);
	return ok;
}

static bool keep_torn(struct scan *s)
{
	int fd = create_kept(s);
	bool ok = fd >= 0 &&
	    copy(s->in.fd, s->tail->end, s->tail->torn, fd, 0) &&
	    fsync(fd) == 0 && fsync(s->dir) == 0;

	if (!ok)
		journal_fail(s->error, FAULT_SYSTEM,
		    "cannot keep what is torn in '%s'", s->tail->kept);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !ok)
		unlinkat(s->dir, s->tail->kept, 0);
	return ok;
}

/* After a sync that failed the kernel may hold as clean what the disk never
 * got: what is believed now is written once more. */
static bool write_again(struct scan *s)
{
	off_t end = s->tail->end;
	off_t from = end > BATCH_MAX ? end - BATCH_MAX : 0;

	if (from > s->last)
		from = s->last;
	if (ftruncate(s->in.fd, end) != 0 ||
	    !copy(s->in.fd, from, end - from, s->in.fd, from) ||
	    fsync(s->in.fd) != 0 || fsync(s->dir) != 0)
		return scan_fault(s, "cannot write again the end of");
	return true;
}

/* What was on disk, and so was passed on, is not there. */
static bool lost(struct scan *s)
{
	if (!s->broken.len)
		buf_addf(&s->broken, "the last record is %" PRIu64,
		    s->tail->seq);
	return journal_fail(s->error, FAULT_CORRUPT,
	    "%s, though record %" PRIu64 " was on disk", buf_str(&s->broken),
	    s->synced);
}

static bool settle(struct scan *s)
{
	struct journal_tail *t = s->tail;
	struct stat st;
	off_t end = t->packed ? t->end : written_end(s->in.fd, t->end);

	if (end < 0 || fstat(s->in.fd, &st) != 0)
		return scan_fault(s, "cannot read");
	t->torn = end - t->end;
	if (t->seq < s->synced)
		return lost(s);
	if (t->packed)
		return s->broken.len == 0 ||
		    journal_fail(s->error, FAULT_CORRUPT, "%s",
			buf_str(&s->broken));
	if (st.st_size > t->end)
		t->closed = false;
	if (t->torn > 0) {
		if (!plausible(s, t->torn))
			return journal_fail(s->error, FAULT_CORRUPT,
			    "%s, and no crash can have left it so",
			    s->broken.len ? buf_str(&s->broken) : s->name);
		if (!keep_torn(s))
			return false;
	}
	return write_again(s);
}

bool journal_recover(int dir, struct journal_tail *tail, uint64_t synced,
    uint64_t want, journal_seen *seen, void *context,
    struct journal_error *error)
{
	struct scan s = {.dir = dir, .tail = tail, .synced = synced, .seen = seen,
	    .context = context, .error = error, .in.fd = -1};
	struct segment_list list = {NULL, 0, 0};
	bool ok;

	*tail = (struct journal_tail){.closed = true};
	check_init(&s.check);
	ok = segment_list_read(&list, dir);
	if (!ok)
		journal_fail(error, FAULT_SYSTEM, "cannot list the journal");
	else if (list.count)
		ok = scan_segments(&s, &list, want) && settle(&s);
	else if (synced)
		ok = lost(&s);
	if (ok && tail->seq && !uuid_valid(tail->id, UUID_LEN))
		ok = journal_fail(error, FAULT_CORRUPT,
		    "'%s' does not say whose segment it is", s.name);
	if (s.in.fd >= 0)
		close(s.in.fd);
	segment_list_release(&list);
	lines_release(&s.in);
	check_release(&s.check);
	buf_release(&s.broken);
	return ok;
}
