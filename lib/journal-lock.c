/* SPDX-License-Identifier: ISC */
/* The lock file of a journal. It is an open file description lock: it ends
 * with the descriptor, however its process ends, and can be asked for without
 * being taken. */
#define _GNU_SOURCE
#include "journal-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "out.h"
#include "stamp.h"

enum { HOST_MAX = 64, HOLDER_MAX = 256 };

static void describe(struct buf *b)
{
	char host[HOST_MAX + 1] = "", stamp[STAMP_LEN];

	(void)gethostname(host, HOST_MAX);
	for (char *p = host; *p; p++) {
		if (*p <= ' ' || *p > '~')
			*p = '?';
	}
	stamp_write(stamp, stamp_now());
	buf_addf(b, "pid=%ld host=%s since=%.*s\n", (long)getpid(), host,
	    STAMP_LEN, stamp);
}

static void read_holder(int fd, struct buf *b)
{
	ssize_t n = pread(fd, buf_room(b, HOLDER_MAX), HOLDER_MAX, 0);

	buf_reset(b);
	for (ssize_t i = 0; i < n && b->data[i] != '\n'; i++)
		b->len++;
	if (b->len == 0)
		buf_adds(b, "somebody who has not said who");
}

int journal_lock(int dir, bool wait, struct buf *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct buf me = BUF_EMPTY;
	int fd = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	bool ok;

	if (fd < 0)
		return -1;
	if (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
		int saved = errno == EACCES ? EAGAIN : errno;

		read_holder(fd, holder);
		close(fd);
		errno = saved;
		return -1;
	}
	/* On a full disk the lock still holds, only its text is missing. */
	describe(&me);
	ok = ftruncate(fd, 0) == 0 && out_write(fd, me.data, me.len);
	(void)ok;
	buf_release(&me);
	return fd;
}

bool journal_locked(int dir, struct buf *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = false;

	if (fd < 0)
		return false;
	if (fcntl(fd, F_OFD_GETLK, &lock) == 0)
		held = lock.l_type != F_UNLCK;
	if (held)
		read_holder(fd, holder);
	close(fd);
	return held;
}
