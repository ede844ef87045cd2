/* SPDX-License-Identifier: ISC */
/* Buffered output to a descriptor. */
#define _GNU_SOURCE
#include "io/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static bool wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

/* Returns how many bytes went out before an error, n if none. */
static size_t write_some(int fd, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t w = write(fd, p + done, n - done);

		if (w >= 0)
			done += (size_t)w;
		else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait_writable(fd))
				break;
		} else if (errno != EINTR)
			break;
	}
	return done;
}

bool out_write(int fd, const char *p, size_t n)
{
	return write_some(fd, p, n) == n;
}

bool out_flush(struct out *o)
{
	size_t len = o->buf.len;
	size_t done = write_some(o->fd, o->buf.data, len);

	if (done == len) {
		buf_reset(&o->buf);
		return true;
	}
	buf_consume(&o->buf, done);
	return false;
}

bool out_spill(struct out *o)
{
	return o->buf.len < OUT_SPILL || out_flush(o);
}

size_t out_pipe_size(int fd)
{
	int saved = errno;
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size > 0 && size < OUT_PIPE) {
		int more = fcntl(fd, F_SETPIPE_SZ, OUT_PIPE);

		size = more > 0 ? more : size;
	}
	errno = saved;
	return size > 0 ? (size_t)size : OUT_OTHER;
}
