/* SPDX-License-Identifier: ISC */
/* A file, or a part of it, read whole. */
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART = 65536 };

bool whole_read(int fd, size_t max, struct buf *out)
{
	size_t before = out->len;
	ssize_t n = 1;

	while (n > 0 && out->len - before <= max) {
		n = read(fd, buf_room(out, PART), PART);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			out->len += (size_t)n;
	}
	if (out->len - before > max) {
		errno = EFBIG;
		return false;
	}
	return n == 0;
}

bool whole_file(const char *path, size_t max, struct buf *out)
{
	/* NONBLOCK: a FIFO in its place is no reason to hang. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), saved;
	struct stat st;
	bool ok;

	if (fd < 0)
		return false;
	errno = EINVAL;
	ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    whole_read(fd, max, out);
	saved = errno;
	close(fd);
	errno = saved;
	return ok;
}

ssize_t whole_part(int fd, char *p, size_t n, off_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(fd, p + got, n - got, at + (off_t)got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}
