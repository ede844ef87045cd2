/* SPDX-License-Identifier: ISC */
/* Finding the end of a journal. */
#include "journal/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/stamp.h"

bool scan_fault(struct scan *s, const char *phrase)
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
	t->version = s->check.version;
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

	if (!journal_take(line, &l))
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
			return scan_fault(s, "cannot read");
		case LINES_END:
			return true;
		case LINES_BLANK:
			beyond = lines_beyond(&s->in, lines_offset(&s->in));
			if (beyond == -2)
				return scan_fault(s, "cannot read");
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
		case LINES_SPOILT:
			why = "is in a damaged frame";
			break;
		case LINES_LINE:
			why = take_line(s, line);
			break;
		}
	}
	found_broken(s, s->in.number, why);
	return true;
}

/* One that is compressed is read only: nobody writes to it any more. */
static bool scan_segment(struct scan *s, uint64_t first)
{
	int fd;

	segment_name(s->name, first);
	fd = openat(s->dir, s->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		fd = segment_open(s->dir, first, s->name);
	if (fd < 0)
		return scan_fault(s, "cannot open");
	lines_reset(&s->in, fd);
	s->tail->packed = s->in.packed != NULL;
	s->tail->segment = first;
	s->tail->end = s->last = 0;
	s->tail->records = 0;
	return scan_lines(s);
}

bool scan_segments(struct scan *s, const struct segment_list *list,
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
	return true;
}
