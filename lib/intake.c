/* SPDX-License-Identifier: ISC */
/* Records from a descriptor. */
#include "intake.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "out.h"

void intake_init(struct intake *k, int fd)
{
	*k = (struct intake){.fd = fd};
	out_pipe_size(fd);
}

void intake_release(struct intake *k)
{
	if (k)
		buf_release(&k->in);
}

static enum intake_item bad(struct intake *k, const char *why)
{
	k->why = why;
	return INTAKE_BAD;
}

ssize_t intake_read(int fd, char *p, size_t size)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t n;

	/* Whoever gave us the descriptor may have made it non-blocking. */
	while ((n = read(fd, p, size)) < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			(void)poll(&wait, 1, -1);
		else if (errno != EINTR)
			return -1;
	}
	return n;
}

/* Read once more. The unfinished line is moved to the front first. */
static bool fill(struct intake *k)
{
	ssize_t n;

	buf_consume(&k->in, k->pos);
	k->scanned -= k->pos;
	k->pos = 0;
	buf_room(&k->in, INTAKE_CHUNK);
	n = intake_read(k->fd, k->in.data + k->in.len, INTAKE_CHUNK);
	if (n < 0)
		return false;
	k->in.len += (size_t)n;
	k->ended = n == 0;
	return true;
}

/* The next whole line; false if there is none in the buffer. */
static bool whole(struct intake *k)
{
	char *from = k->in.data + k->scanned;
	char *lf = k->scanned < k->in.len
	    ? memchr(from, '\n', k->in.len - k->scanned)
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
static bool overlong(struct intake *k)
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
static enum intake_item framed(struct intake *k)
{
	while (whole(k)) {
		if (k->skipping) {
			k->skipping = false;
			continue;
		}
		k->number++;
		if (k->line.n > RECORD_LINE_MAX)
			return bad(k, "is longer than 8 MiB");
		return k->line.n && k->line.p[0] == '#' ? INTAKE_COMMENT
							 : INTAKE_RECORD;
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
	return k->ended ? INTAKE_END : INTAKE_DRAINED;
}

enum intake_item intake_line(struct intake *k)
{
	enum intake_item item;

	if (k->drained && !fill(k))
		return INTAKE_ERROR;
	item = framed(k);
	k->drained = item == INTAKE_DRAINED;
	return item;
}

struct span intake_peek(const struct intake *k, size_t n)
{
	if (k->in.len - k->pos < n)
		return (struct span){NULL, 0};
	return (struct span){k->in.data + k->pos, n};
}

enum intake_item intake_next(struct intake *k, struct record *r)
{
	enum intake_item item = intake_line(k);
	const char *why;

	if (item != INTAKE_RECORD)
		return item;
	why = record_parse(r, k->line.p, k->line.n);
	return why ? bad(k, why) : INTAKE_RECORD;
}
