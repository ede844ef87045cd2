/* SPDX-License-Identifier: ISC */
/* Reading a journal, also while it is written. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/journal-internal.h"
#include "journal/tree-check.h"

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
		return journal_failed(j);
	next = j->at + begun;
	if (next >= j->list.count)
		return JOURNAL_END;
	if (begun && j->last) {
		/* Not written any more, now that there is a next one. */
		j->last = false;
		return JOURNAL_RECORD;
	}
	j->at = next;
	return open_segment(j) ? JOURNAL_RECORD : journal_failed(j);
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
	return why ? journal_broken(j, why) : JOURNAL_END;
}

enum journal_item journal_next(struct journal_reader *j,
    struct journal_line *l)
{
	for (;;) {
		enum journal_item item = JOURNAL_END;
		bool last = j->last;

		if (j->in.fd >= 0)
			item = journal_step(j, l);
		if (item != JOURNAL_END)
			return item;
		if (j->torn && !last) {
			lines_end(&j->in);
			l->line = ++j->in.number;
			j->torn = false;
			return journal_malformed(j, "is cut off");
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
