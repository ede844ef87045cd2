/* SPDX-License-Identifier: ISC */
/* Reading a journal, also while it is written. */
#define _DEFAULT_SOURCE
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/check.h"
#include "journal/lines.h"
#include "journal/segment.h"
#include "journal/tree-check.h"

enum { LOOKS = 4 }; /* at a last line that is not finished */

struct journal_reader {
	char *path;
	int dir; /* -1: a single segment */
	struct segment_list list;
	size_t at; /* the segment in list */
	bool last; /* it is the last one, as far as was seen */
	struct lines in;
	char name[JOURNAL_NAME];
	const char *single; /* a single segment's file name */
	bool strict;
	struct journal_check check;
	bool torn;
	bool audited; /* the files of the tree */
	struct buf why;
};

static enum journal_item broken(struct journal_reader *j, const char *why)
{
	buf_reset(&j->why);
	buf_adds(&j->why, why);
	buf_str(&j->why);
	return JOURNAL_BROKEN;
}

static enum journal_item failed(struct journal_reader *j)
{
	int saved = errno;

	broken(j, j->single ? j->single : j->name);
	errno = saved;
	return JOURNAL_ERROR;
}

/* Open the segment at; false with errno. */
static bool open_segment(struct journal_reader *j)
{
	int fd = segment_open(j->dir, j->list.first[j->at], j->name);

	if (fd < 0)
		return false;
	if (j->in.fd >= 0)
		close(j->in.fd);
	lines_reset(&j->in, fd);
	j->last = j->at + 1 == j->list.count;
	return true;
}

static const char *open_directory(struct journal_reader *j)
{
	check_begin(&j->check);
	if (!segment_list_read(&j->list, j->dir))
		return "cannot be listed";
	if (j->list.count)
		return open_segment(j) ? NULL : "first segment";
	/* It may be a journal nothing was written to yet. */
	return faccessat(j->dir, "lock", F_OK, 0) == 0 ? NULL
						       : "is no journal";
}

static const char *open_single(struct journal_reader *j)
{
	const char *slash = strrchr(j->path, '/');
	int fd = open(j->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return "cannot be opened";
	j->in.fd = fd;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return "cannot be opened";
	}
	lines_reset(&j->in, fd);
	j->single = slash ? slash + 1 : j->path;
	j->last = true;
	return NULL;
}

struct journal_reader *journal_open(const char *path, bool check,
    const char **why)
{
	struct journal_reader *j = mem_zalloc(sizeof(*j));

	j->path = mem_strdup(path);
	j->strict = check;
	j->in.fd = -1;
	check_init(&j->check);
	j->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->dir >= 0)
		*why = open_directory(j);
	else if (errno == ENOTDIR)
		*why = open_single(j);
	else
		*why = "cannot be opened";
	if (*why) {
		int saved = errno;

		journal_close(j);
		errno = saved;
		return NULL;
	}
	return j;
}

void journal_defer(struct journal_reader *j)
{
	j->check.deferred = true;
}

struct journal_reader *journal_open_segment(int dir, uint64_t first,
    bool check)
{
	struct journal_reader *j = mem_zalloc(sizeof(*j));
	int fd = segment_open(dir, first, j->name);

	if (fd < 0) {
		free(j);
		return NULL;
	}
	j->strict = check;
	j->dir = -1;
	check_init(&j->check);
	lines_reset(&j->in, fd);
	j->single = j->name;
	j->last = true;
	return j;
}

void journal_close(struct journal_reader *j)
{
	if (!j)
		return;
	if (j->dir >= 0)
		close(j->dir);
	if (j->in.fd >= 0)
		close(j->in.fd);
	segment_list_release(&j->list);
	lines_release(&j->in);
	check_release(&j->check);
	buf_release(&j->why);
	free(j->path);
	free(j);
}

const char *journal_why(const struct journal_reader *j)
{
	return j->why.len ? j->why.data : "";
}

const struct gap *journal_gap(const struct journal_reader *j)
{
	return j->dir >= 0 ? gaps_first(&j->check.gaps) : NULL;
}

struct span journal_id(const struct journal_reader *j)
{
	return j->check.id.len ? buf_span(&j->check.id)
			       : (struct span){NULL, 0};
}

bool journal_torn(const struct journal_reader *j)
{
	return j->torn;
}

/* The segments there are now; at stays at the same one. */
static bool relist(struct journal_reader *j)
{
	uint64_t now = j->list.count ? j->list.first[j->at] : 0;

	if (!segment_list_read(&j->list, j->dir))
		return false;
	j->at = 0;
	while (j->at < j->list.count && j->list.first[j->at] < now)
		j->at++;
	return true;
}

/* What a segment has ends here. JOURNAL_RECORD means to go on: with the next
 * segment, or with what came to this one meanwhile. */
static enum journal_item turn(struct journal_reader *j)
{
	bool begun = j->in.fd >= 0;
	size_t next;

	if (begun)
		lines_seek(&j->in, lines_offset(&j->in));
	if (j->dir < 0)
		return JOURNAL_END;
	if ((!begun || j->last) && !relist(j))
		return failed(j);
	next = j->at + begun;
	if (next >= j->list.count)
		return JOURNAL_END;
	if (begun && j->last) {
		/* Not written any more, now that there is a next one. */
		j->last = false;
		return JOURNAL_RECORD;
	}
	j->at = next;
	return open_segment(j) ? JOURNAL_RECORD : failed(j);
}

/* Whether a last line is one that is being written, or was torn: it is no
 * line, or does not match its chain, has unwritten space behind it, and is
 * not whole. */
static bool unfinished(struct journal_reader *j, const struct journal_line *l)
{
	char behind = j->last ? lines_behind(&j->in) : 'x';

	if (behind == 'x' || (l->seq && !check_differs(&j->check, l)))
		return false;
	return behind == '\n' && !(l->seq && check_whole(l->text));
}

/* At unwritten space: whether nothing is behind it. */
static bool only_space(struct journal_reader *j, struct journal_line *l)
{
	off_t at = lines_offset(&j->in), beyond;
	enum lines_item now;
	struct span line;

	beyond = j->strict ? lines_beyond(&j->in, at) : -1;
	if (beyond < 0)
		return true;
	/* Its writer may have been there meanwhile. */
	lines_seek(&j->in, at);
	now = lines_next(&j->in, &line);
	if (now == LINES_LINE)
		lines_back(&j->in);
	if (now != LINES_BLANK)
		return false;
	lines_seek(&j->in, beyond);
	j->in.number += (uint64_t)(beyond - at);
	l->line = j->in.number + 1;
	return false;
}

static enum journal_item malformed(struct journal_reader *j, const char *why)
{
	check_lose(&j->check);
	return broken(j, why);
}

/* A line that has its LF. JOURNAL_END means that it is not finished. */
static enum journal_item judge(struct journal_reader *j,
    struct journal_line *l, struct span line)
{
	const char *why = NULL;

	if (!journal_take(line, l))
		l->text = line;
	if (unfinished(j, l))
		return JOURNAL_END;
	if (!l->seq)
		return malformed(j, "is no line of a journal");
	if (j->strict)
		why = check_line(&j->check, l);
	else
		check_follow(&j->check, l);
	if (why)
		return broken(j, why);
	return l->text.n && l->text.p[0] == '#' ? JOURNAL_NOTE
						: JOURNAL_RECORD;
}

/* A line that may not be finished is looked at again: one is written in less
 * than a moment. */
static bool look_again(struct journal_reader *j, int *looks)
{
	static const struct timespec moment = {0, 1000000};

	if (!j->last || ++*looks >= LOOKS)
		return false;
	if (*looks > 1)
		nanosleep(&moment, NULL);
	lines_seek(&j->in, lines_offset(&j->in));
	return true;
}

/* The next item of this segment; JOURNAL_END at its end, torn being set. */
static enum journal_item step(struct journal_reader *j, struct journal_line *l)
{
	enum lines_item item;
	enum journal_item found;
	struct span line;
	int looks = 0;

	for (;;) {
		item = lines_next(&j->in, &line);
		*l = (struct journal_line){.segment = j->single ? j->single
								: j->name,
		    .line = j->in.number};
		j->torn = false;
		if (item == LINES_ERROR)
			return failed(j);
		if (item == LINES_LONG)
			return malformed(j, "is longer than any can be");
		if (item == LINES_SPOILT)
			return malformed(j, "is in a damaged frame");
		if (item == LINES_END)
			return JOURNAL_END;
		if (item == LINES_BLANK) {
			if (only_space(j, l))
				return JOURNAL_END;
			if (l->line > j->in.number)
				return malformed(j, "is behind unwritten space");
			continue;
		}
		found = JOURNAL_END;
		if (item == LINES_LINE) {
			found = judge(j, l, line);
			if (found != JOURNAL_END)
				return found;
			lines_back(&j->in);
		}
		j->torn = true;
		if (!look_again(j, &looks))
			return JOURNAL_END;
	}
}

/* At the end of a journal that is checked: what lines alone do not show. */
static enum journal_item audit(struct journal_reader *j,
    struct journal_line *l)
{
	const char *why;

	j->audited = true;
	if (j->dir < 0)
		return JOURNAL_END;
	*l = (struct journal_line){.segment = j->name, .line = 1};
	why = tree_check_files(j->dir, &j->list, j->name);
	if (!why)
		why = tree_check_prunings(j->path, &j->check.gaps, &l->seq);
	return why ? broken(j, why) : JOURNAL_END;
}

enum journal_item journal_next(struct journal_reader *j,
    struct journal_line *l)
{
	for (;;) {
		enum journal_item item = JOURNAL_END;
		bool last = j->last;

		if (j->in.fd >= 0)
			item = step(j, l);
		if (item != JOURNAL_END)
			return item;
		if (j->torn && !last) {
			lines_end(&j->in);
			l->line = ++j->in.number;
			j->torn = false;
			return malformed(j, "is cut off");
		}
		item = turn(j);
		if (item == JOURNAL_END && j->strict && !j->audited)
			return audit(j, l);
		if (item != JOURNAL_RECORD)
			return item;
	}
}

/* How many lines are before that place; 0 if they cannot be read. */
static uint64_t count_lines(const struct lines *in, off_t place)
{
	uint64_t count = 0;
	char part[16384];
	off_t at = 0;

	while (at < place) {
		off_t left = place - at;
		ssize_t n = lines_read_at(in, part,
		    left < (off_t)sizeof(part) ? (size_t)left : sizeof(part),
		    at);

		if (n <= 0)
			return 0;
		for (ssize_t i = 0; i < n; i++)
			count += part[i] == '\n';
		at += n;
	}
	return count;
}

bool journal_seek(struct journal_reader *j, uint64_t first, off_t place,
    uint64_t lines)
{
	if (!segment_list_read(&j->list, j->dir))
		return false;
	j->at = 0;
	while (j->at + 1 < j->list.count && j->list.first[j->at] < first)
		j->at++;
	if (!j->list.count || !open_segment(j))
		return false;
	check_lose(&j->check);
	if (j->list.first[j->at] != first)
		return true;
	lines_seek(&j->in, place);
	j->in.number = lines == JOURNAL_LINES_UNKNOWN
	    ? count_lines(&j->in, place)
	    : lines;
	return true;
}
