/* SPDX-License-Identifier: ISC */
/* The end of a journal, found, checked and put right. */
#include "journal-recover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal-check.h"
#include "journal-file.h"
#include "journal-flush.h"
#include "journal-lines.h"
#include "journal-segment.h"
#include "mem.h"
#include "stamp.h"

enum { CHUNK = 256 * 1024, KEPT_TRIES = 1000 };

struct scan {
	int dir;
	char name[JOURNAL_NAME];
	struct lines in;
	struct journal_check check;
	struct journal_tail *tail;
	off_t last;	   /* where the last whole line begins */
	uint64_t from;	   /* the first SEQ to be checked and shown */
	journal_seen *seen;
	void *context;
	struct buf broken; /* what is wrong behind tail->end; empty: nothing */
	struct journal_error *error;
};

static bool system_fault(struct scan *s, const char *phrase)
{
	return journal_fail(s->error, FAULT_SYSTEM, "%s '%s'", phrase,
	    s->name);
}

/* Of "# word TIME ...". */
static struct span second_word(struct span note)
{
	const char *end = note.p + note.n;
	const char *p = note.n > 2 ? memchr(note.p + 2, ' ', note.n - 2) : NULL;

	if (!p || end - p <= STAMP_LEN)
		return (struct span){NULL, 0};
	return (struct span){p + 1, STAMP_LEN};
}

/* A line that is whole becomes the tail. */
static void accept(struct scan *s, const struct journal_line *l, size_t len)
{
	struct journal_tail *t = s->tail;
	bool note = l->text.n && l->text.p[0] == '#';
	struct span time;

	if (l->line == 1) {
		time = l->seq == 1 ? note_value(l->text, "created")
				   : second_word(l->text);
		if (!time.p || !stamp_read(time.p, time.n, &t->begun))
			t->begun = stamp_now();
		t->records = 0;
	}
	t->records += !note;
	t->seq = l->seq;
	memcpy(t->chain, l->chain.p, DIGEST_HEX);
	t->closed = note && span_starts(l->text, "# closed ");
	s->last = lines_offset(&s->in);
	t->end = s->last + (off_t)len + 1;
	if (uuid_valid(s->check.id.data, s->check.id.len))
		memcpy(t->id, s->check.id.data, UUID_LEN);
	if (l->seq >= s->from)
		s->seen(s->context, l, s->last);
}

static void found_broken(struct scan *s, uint64_t line, const char *why)
{
	buf_reset(&s->broken);
	buf_addf(&s->broken, "'%s' line %" PRIu64 ": %s", s->name, line, why);
}

/* Returns what is wrong with the line, NULL if nothing is. */
static const char *take_line(struct scan *s, struct span line)
{
	struct journal_line l = {.segment = s->name, .line = s->in.number};
	const char *why = NULL;

	if (!journal_split(line, &l.seq, &l.chain, &l.text))
		return "is no line of a journal";
	if (l.seq < s->from && s->check.known)
		check_follow(&s->check, &l);
	else
		why = check_line(&s->check, &l);
	if (!why)
		accept(s, &l, line.n);
	return why;
}

/* Read the segment up to its end, or to what is not whole: then broken says
 * what that is. False with the error. */
static bool scan_lines(struct scan *s)
{
	struct span line;
	const char *why = NULL;
	off_t beyond;

	while (!why) {
		switch (lines_next(&s->in, &line)) {
		case LINES_ERROR:
			return system_fault(s, "cannot read");
		case LINES_END:
			return true;
		case LINES_BLANK:
			beyond = lines_beyond(&s->in, lines_offset(&s->in));
			if (beyond == -2)
				return system_fault(s, "cannot read");
			if (beyond == -1)
				return true;
			s->in.number++;
			why = "is unwritten space, with lines behind it";
			break;
		case LINES_CUT:
			s->in.number++;
			why = "is cut off";
			break;
		case LINES_LONG:
			why = "is longer than any can be";
			break;
		case LINES_LINE:
			why = take_line(s, line);
			break;
		}
	}
	found_broken(s, s->in.number, why);
	return true;
}

static bool scan_segment(struct scan *s, uint64_t first)
{
	int fd;

	segment_name(s->name, first);
	fd = openat(s->dir, s->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return system_fault(s, "cannot open");
	lines_reset(&s->in, fd);
	s->tail->segment = first;
	s->tail->end = s->last = 0;
	s->tail->records = 0;
	return scan_lines(s);
}

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
		return system_fault(s, "cannot write again the end of");
	return true;
}

static bool settle(struct scan *s)
{
	struct journal_tail *t = s->tail;
	struct stat st;
	off_t end = written_end(s->in.fd, t->end);

	if (end < 0 || fstat(s->in.fd, &st) != 0)
		return system_fault(s, "cannot read");
	t->torn = end - t->end;
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

static bool scan_all(struct scan *s, const struct segment_list *list,
    uint64_t want)
{
	size_t last = list->count - 1, i = last;

	/* The one before says what the last one follows, if it is empty. */
	if (i > 0)
		i--;
	s->from = list->first[last] > want ? list->first[last] - want : 0;
	while (i > 0 && list->first[i] > s->from)
		i--;
	if (list->first[i] == 1)
		check_begin(&s->check);
	for (; i <= last; i++) {
		if (s->in.fd >= 0)
			close(s->in.fd);
		if (!scan_segment(s, list->first[i]))
			return false;
		if (i < last && s->broken.len)
			return journal_fail(s->error, FAULT_CORRUPT, "%s",
			    buf_str(&s->broken));
	}
	if (s->tail->end == 0 && s->tail->seq + 1 != s->tail->segment)
		return journal_fail(s->error, FAULT_CORRUPT,
		    "'%s' has no whole line, and %" PRIu64 " is due", s->name,
		    s->tail->seq + 1);
	return settle(s);
}

bool journal_recover(int dir, struct journal_tail *tail, uint64_t want,
    journal_seen *seen, void *context, struct journal_error *error)
{
	struct scan s = {.dir = dir, .tail = tail, .seen = seen,
	    .context = context, .error = error, .in.fd = -1};
	struct segment_list list = {NULL, 0, 0};
	bool ok;

	*tail = (struct journal_tail){.closed = true};
	check_init(&s.check);
	ok = segment_list_read(&list, dir);
	if (!ok)
		journal_fail(error, FAULT_SYSTEM, "cannot list the journal");
	else if (list.count)
		ok = scan_all(&s, &list, want);
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
