/* SPDX-License-Identifier: ISC */
/* Records from a descriptor. */
#include "record/reader.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/out.h"

void reader_init(struct reader *k, int fd)
{
	struct stat st;

	*k = (struct reader){.fd = fd,
	    .socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode)};
	out_pipe_size(fd);
}

void reader_release(struct reader *k)
{
	if (k)
		buf_release(&k->in);
}

static enum reader_item bad(struct reader *k, const char *why)
{
	k->why = why;
	return READER_BAD;
}

/* Where the last stage writes to the socket that the first one reads from, as
 * in a node, Linux wakes whoever sleeps in read(2) also when the other side
 * has taken something: for nothing, and that costs more than the record.
 * poll(2) is woken by what it asks for. */
static ssize_t once(bool socket, int fd, char *p, size_t size)
{
	return socket ? recv(fd, p, size, MSG_DONTWAIT) : read(fd, p, size);
}

static ssize_t in(bool socket, int fd, char *p, size_t size)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t n;

	/* Whoever gave us the descriptor may have made it non-blocking. */
	while ((n = once(socket, fd, p, size)) < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			(void)poll(&wait, 1, -1);
		else if (errno != EINTR)
			return -1;
	}
	return n;
}

ssize_t reader_read(int fd, char *p, size_t size)
{
	return in(false, fd, p, size);
}

/* Read once more. The unfinished line is moved to the front first. */
static bool fill(struct reader *k)
{
	ssize_t n;

	buf_consume(&k->in, k->pos);
	k->scanned -= k->pos;
	k->pos = 0;
	buf_room(&k->in, READER_CHUNK);
	n = in(k->socket, k->fd, k->in.data + k->in.len, READER_CHUNK);
	if (n < 0)
		return false;
	k->in.len += (size_t)n;
	k->ended = n == 0;
	return true;
}

/* The next whole line; false if there is none in the buffer. */
static bool whole(struct reader *k)
{
	char *lf = k->scanned < k->in.len
	    ? memchr(k->in.data + k->scanned, '\n', k->in.len - k->scanned)
	    : NULL;

	if (!lf) {
		k->scanned = k->in.len;
		return false;
	}
	k->line = (struct span){k->in.data + k->pos,
	    (size_t)(lf - k->in.data) - k->pos};
	k->pos = k->scanned = (size_t)(lf - k->in.data) + 1;
	return true;
}

/* What is left when no whole line is: at the end a torn line, or one that
 * has grown too long and is thrown away as it comes. */
static bool overlong(struct reader *k)
{
	if (k->in.len - k->pos <= RECORD_LINE_MAX && !k->skipping)
		return false;
	k->pos = k->scanned = k->in.len;
	if (k->skipping)
		return false;
	k->skipping = true;
	return true;
}

/* A whole line, or what has to be said where there is none. */
static enum reader_item framed(struct reader *k)
{
	while (whole(k)) {
		if (k->skipping) {
			k->skipping = false;
			continue;
		}
		k->number++;
		if (k->line.n > RECORD_LINE_MAX)
			return bad(k, "is longer than 8 MiB");
		return k->line.n && k->line.p[0] == '#' ? READER_COMMENT
							 : READER_RECORD;
	}
	if (overlong(k)) {
		k->number++;
		return bad(k, "is longer than 8 MiB");
	}
	if (k->ended && k->in.len > k->pos) {
		k->pos = k->scanned = k->in.len;
		k->number++;
		return bad(k, "is cut off");
	}
	return k->ended ? READER_END : READER_DRAINED;
}

enum reader_item reader_line(struct reader *k)
{
	enum reader_item item;

	if (k->drained && !fill(k))
		return READER_ERROR;
	item = framed(k);
	k->drained = item == READER_DRAINED;
	return item;
}

struct span reader_peek(const struct reader *k, size_t n)
{
	if (k->in.len - k->pos < n)
		return (struct span){NULL, 0};
	return (struct span){k->in.data + k->pos, n};
}

enum reader_item reader_next(struct reader *k, struct record *r)
{
	enum reader_item item = reader_line(k);
	const char *why;

	if (item != READER_RECORD)
		return item;
	why = record_parse(r, k->line.p, k->line.n);
	return why ? bad(k, why) : READER_RECORD;
}
