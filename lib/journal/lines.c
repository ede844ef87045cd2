/* SPDX-License-Identifier: ISC */
/* The lines of one segment file. */
#include "journal/lines.h"

#include <errno.h>
#include <unistd.h>

#include "journal/segment.h"

enum { CHUNK = 256 * 1024 };

static ssize_t read_at(int fd, char *p, size_t n, off_t at)
{
	ssize_t got;

	do
		got = pread(fd, p, n, at);
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
	n = read_at(l->fd, l->in.data + l->in.len, CHUNK,
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

	while (!lf && (n = read_at(l->fd, part, sizeof(part), next)) > 0) {
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
			return LINES_ERROR;
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
	else if (read_at(l->fd, &c, 1, l->base + (off_t)l->pos) != 1)
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

	while ((n = read_at(l->fd, part, sizeof(part), from)) > 0) {
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

void lines_reset(struct lines *l, int fd)
{
	lines_seek(l, 0);
	l->fd = fd;
	l->number = 0;
}

void lines_release(struct lines *l)
{
	buf_release(&l->in);
}
