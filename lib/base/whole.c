/* SPDX-License-Identifier: ISC */
/* A file read whole. */
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
