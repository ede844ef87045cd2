/* SPDX-License-Identifier: ISC */
/* The lines of one segment file. */
#include "journal/lines.h"

#include <errno.h>
#include <unistd.h>

#include "journal/segment.h"

enum { CHUNK = 256 * 1024 };

ssize_t lines_read_at(const struct lines *l, char *p, size_t n, off_t at)
{
	ssize_t got;

	if (l->packed)
		return frames_read_at(l->packed, p, n, at);
	do
		got = pread(l->fd, p, n, at);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Read more behind what is there; what is before start is dropped. Returns
 * as read does. */
static ssize_t fill(struct lines *l)
{
	ssize_t n;

	if (l->start) {
		buf_consume(&l->in, l->start);
		l->base += (off_t)l->start;
		l->pos -= l->start;
		l->start = 0;
	}
	buf_room(&l->in, CHUNK);
	n = lines_read_at(l, l->in.data + l->in.len, CHUNK,
	    l->base + (off_t)l->in.len);
	if (n > 0)
		l->in.len += (size_t)n;
	return n;
}

/* A line without an end: drop it up to its LF, or the end of the file. */
static enum lines_item overlong(struct lines *l, struct span *line)
{
	off_t next = l->base + (off_t)l->in.len;
	char part[4096], *lf = NULL;
	ssize_t n;

	while (!lf && (n = lines_read_at(l, part, sizeof(part), next)) > 0) {
		lf = memchr(part, '\n', (size_t)n);
		next += lf ? lf + 1 - part : n;
	}
	*line = (struct span){l->in.data + l->start, 256};
	/* What is behind is found again by its offset. */
	l->in.len = l->start + 256;
	l->pos = l->start + (size_t)(next - l->base);
	l->number++;
	return LINES_LONG;
}

/* What a damaged frame had cannot be known, nor how many lines. */
static enum lines_item spoilt(struct lines *l)
{
	l->number++;
	lines_seek(l, frames_skip(l->packed, l->base + (off_t)l->in.len));
	return LINES_SPOILT;
}

/* In the buffer pos may be beyond what was read, after overlong(). */
static void skip(struct lines *l)
{
	l->start = l->pos;
	if (l->pos > l->in.len) {
		l->base += (off_t)l->pos;
		l->start = l->pos = l->in.len = 0;
	}
}

enum lines_item lines_next(struct lines *l, struct span *line)
{
	size_t scanned = 0;

	skip(l);
	buf_room(&l->in, 1);
	for (;;) {
		size_t len = l->in.len - l->start;
		char *from = l->in.data + l->start;
		char *lf = len > scanned
		    ? memchr(from + scanned, '\n', len - scanned)
		    : NULL;
		ssize_t n;

		*line = (struct span){from, lf ? (size_t)(lf - from) : len};
		if (lf == from)
			return LINES_BLANK;
		if (lf) {
			l->pos = l->start + line->n + 1;
			l->number++;
			return LINES_LINE;
		}
		if (len > JOURNAL_LINE_MAX)
			return overlong(l, line);
		scanned = len;
		n = fill(l);
		if (n < 0)
			return errno == EBADMSG && l->packed ? spoilt(l)
							      : LINES_ERROR;
		if (n == 0)
			break;
	}
	*line = (struct span){l->in.data + l->start, line->n};
	return line->n ? LINES_CUT : LINES_END;
}

off_t lines_offset(const struct lines *l)
{
	return l->base + (off_t)l->start;
}

char lines_behind(const struct lines *l)
{
	char c;

	if (l->pos < l->in.len)
		c = l->in.data[l->pos];
	else if (lines_read_at(l, &c, 1, l->base + (off_t)l->pos) != 1)
		return 0;
	return c == '\n' ? '\n' : 'x';
}

void lines_back(struct lines *l)
{
	lines_seek(l, lines_offset(l));
	l->number--;
}

off_t lines_beyond(struct lines *l, off_t from)
{
	char part[16384];
	ssize_t n;

	while ((n = lines_read_at(l, part, sizeof(part), from)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (part[i] != '\n')
				return from + i;
		}
		from += n;
	}
	return n < 0 ? -2 : -1;
}

void lines_seek(struct lines *l, off_t to)
{
	l->base = to;
	l->start = l->pos = l->in.len = 0;
}

/* -1 with errno. */
static off_t size(const struct lines *l)
{
	struct frame last = {.size = 0};

	if (!l->packed)
		return lseek(l->fd, 0, SEEK_END);
	for (size_t i = 0; frames_get(l->packed, i, &last); i++)
		;
	return errno ? -1 : last.place + (off_t)last.size;
}

void lines_end(struct lines *l)
{
	off_t end = size(l);

	/* Behind a damaged frame nobody knows what is there. */
	lines_seek(l, end < 0 ? lines_offset(l) : end);
}

/* The first line that begins behind that offset, and its SEQ, which is the
 * highest there is if there is no such line. False with errno. */
static bool line_behind(struct lines *l, off_t *at, uint64_t *seq)
{
	char part[16384], digits[JOURNAL_SEQ_DIGITS + 1], *lf = NULL;
	ssize_t n;
	int i = 0;

	while (!lf && (n = lines_read_at(l, part, sizeof(part), *at)) > 0) {
		lf = memchr(part, '\n', (size_t)n);
		*at += lf ? lf + 1 - part : n;
	}
	*seq = 0;
	n = n < 0 ? n : lines_read_at(l, digits, sizeof(digits), *at);
	while (i < n && digits[i] >= '0' && digits[i] <= '9')
		*seq = *seq * 10 + (uint64_t)(digits[i++] - '0');
	if (i == 0)
		*seq = UINT64_MAX;
	return n >= 0;
}

bool lines_find(struct lines *l, uint64_t seq)
{
	off_t low = 0, high = size(l), at;
	uint64_t found;

	while (high - low > CHUNK / 16) {
		off_t mid = at = low + (high - low) / 2;

		if (!line_behind(l, &at, &found))
			return false;
		if (at >= high || found > seq)
			high = mid;
		else
			low = at;
	}
	if (high < 0)
		return false;
	lines_seek(l, low);
	return true;
}

void lines_reset(struct lines *l, int fd)
{
	lines_seek(l, 0);
	frames_free(l->packed);
	l->packed = frames_new(fd);
	l->fd = fd;
	l->number = 0;
}

void lines_release(struct lines *l)
{
	frames_free(l->packed);
	l->packed = NULL;
	buf_release(&l->in);
}
