/* SPDX-License-Identifier: ISC */
/* Who replaces segments of a journal. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "journal/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int turn_take(int dir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dir, "pruning",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int saved;

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	saved = errno == EACCES ? EAGAIN : errno;
	close(fd);
	errno = saved;
	return -1;
}
