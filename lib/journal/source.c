/* SPDX-License-Identifier: ISC */
/* Records from wherever they are kept. */
#include "journal/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/frames.h"
#include "journal/segment.h"

void source_init(struct source *s, int fd)
{
	*s = (struct source){0};
	reader_init(&s->in, fd);
}

/* Whether a file is a segment, by its name or by its first line. */
static bool is_segment(int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct frames *packed = frames_new(fd);
	struct span line, chain, text;
	char head[256];
	uint64_t seq;
	ssize_t n;

	frames_free(packed);
	if (packed || segment_first(slash ? slash + 1 : path, &seq))
		return true;
	n = pread(fd, head, sizeof(head), 0);
	if (n <= 0)
		return false;
	line = (struct span){head, (size_t)n};
	return journal_split(line, &seq, &chain, &text) ||
	    journal_split_pruned(line, &seq, &seq, &chain, &text);
}

static bool open_journal(struct source *s, const char *path, const char **why)
{
	s->journal = journal_open(path, false, why);
	return s->journal;
}

bool source_open(struct source *s, const char *path, const char **why)
{
	struct stat st;
	int fd;

	*s = (struct source){.path = path, .in = {.fd = -1}};
	*why = "cannot be opened";
	if (stat(path, &st) != 0)
		return false;
	s->directory = S_ISDIR(st.st_mode);
	if (s->directory)
		return open_journal(s, path, why);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	if (S_ISREG(st.st_mode) && is_segment(fd, path)) {
		close(fd);
		return open_journal(s, path, why);
	}
	reader_init(&s->in, fd);
	return true;
}

void source_release(struct source *s)
{
	if (!s)
		return;
	journal_close(s->journal);
	if (s->path && s->in.fd >= 0)
		close(s->in.fd);
	reader_release(&s->in);
	buf_release(&s->where);
	*s = (struct source){0};
}

static enum source_item from_journal(struct source *s)
{
	enum journal_item item = journal_next(s->journal, &s->at);

	switch (item) {
	case JOURNAL_RECORD:
	case JOURNAL_NOTE:
		s->line = s->at.text;
		s->seq = s->at.seq;
		return item == JOURNAL_NOTE ? SOURCE_NOTE : SOURCE_RECORD;
	case JOURNAL_BROKEN:
		s->why = journal_why(s->journal);
		return SOURCE_BAD;
	case JOURNAL_END:
		return SOURCE_END;
	default:
		s->why = journal_why(s->journal);
		return SOURCE_ERROR;
	}
}

enum source_item source_line(struct source *s)
{
	static const enum source_item items[] = {
	    [READER_RECORD] = SOURCE_RECORD,
	    [READER_COMMENT] = SOURCE_NOTE,
	    [READER_BAD] = SOURCE_BAD,
	    [READER_DRAINED] = SOURCE_DRAINED,
	    [READER_END] = SOURCE_END,
	    [READER_ERROR] = SOURCE_ERROR,
	};
	enum reader_item item;

	if (s->journal)
		return from_journal(s);
	item = reader_line(&s->in);
	s->line = s->in.line;
	s->why = item == READER_BAD ? s->in.why
				    : s->path ? s->path : "standard input";
	return items[item];
}

enum source_item source_next(struct source *s, struct record *r)
{
	enum source_item item = source_line(s);

	if (item != SOURCE_RECORD)
		return item;
	s->why = record_parse(r, s->line.p, s->line.n);
	return s->why ? SOURCE_BAD : SOURCE_RECORD;
}

const char *source_where(struct source *s)
{
	buf_reset(&s->where);
	if (!s->path)
		buf_addf(&s->where, "line %" PRIu64, s->in.number);
	else if (!s->journal)
		buf_addf(&s->where, "%s:%" PRIu64, s->path, s->in.number);
	else if (s->directory)
		buf_addf(&s->where, "%s/%s:%" PRIu64, s->path, s->at.segment,
		    s->at.line);
	else
		buf_addf(&s->where, "%s:%" PRIu64, s->path, s->at.line);
	return buf_str(&s->where);
}

bool source_seek(struct source *s, uint64_t first, off_t place, uint64_t lines)
{
	s->why = s->path;
	return journal_seek(s->journal, first, place, lines);
}

bool source_is_journal(const char *path)
{
	struct source s;
	const char *why;
	struct stat st;
	bool is;

	/* Nothing else is opened: that may wait. */
	if (stat(path, &st) != 0 ||
	    !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		return false;
	is = source_open(&s, path, &why) && s.journal;
	source_release(&s);
	return is;
}
