/* SPDX-License-Identifier: ISC */
/* The lock file of a journal. It is an open file description lock: it ends
 * with the descriptor, however its process ends, and can be asked for without
 * being taken. */
#define _GNU_SOURCE
#include "journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stamp.h"

enum {
	HOST_MAX = 64,
	HOLDER_MAX = 256,
	SYNCED_LEN = 28,
	TELL_EVERY = 50, /* ms */
};

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

/* What the file says: its first line, and the SEQ in its second. */
static uint64_t read_lock(int fd, struct buf *holder)
{
	char text[HOLDER_MAX + 1], *lf;
	ssize_t n = pread(fd, text, HOLDER_MAX, 0);
	unsigned long long seq = 0;

	text[n > 0 ? n : 0] = '\0';
	lf = strchr(text, '\n');
	if (lf) {
		*lf = '\0';
		if (sscanf(lf + 1, "synced=%20llu\n", &seq) != 1)
			seq = 0;
	}
	buf_reset(holder);
	buf_adds(holder, *text ? text : "somebody who has not said who");
	return seq;
}

bool lock_take(struct journal_lock *l, int dir, bool wait, struct buf *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct buf me = BUF_EMPTY;

	l->fd = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (l->fd < 0)
		return false;
	if (fcntl(l->fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
		int saved = errno == EACCES ? EAGAIN : errno;

		read_lock(l->fd, holder);
		lock_drop(l);
		errno = saved;
		return false;
	}
	l->synced = l->said = read_lock(l->fd, holder);
	/* On a full disk the lock still holds, only its text is missing. */
	describe(&me);
	l->at = (off_t)me.len;
	buf_addf(&me, "synced=%020llu\n", (unsigned long long)l->synced);
	if (pwrite(l->fd, me.data, me.len, 0) == (ssize_t)me.len)
		(void)!ftruncate(l->fd, (off_t)me.len);
	buf_release(&me);
	return true;
}

bool lock_untold(const struct journal_lock *l)
{
	return l->synced != l->said;
}

void lock_tell(struct journal_lock *l)
{
	char line[SYNCED_LEN + 1];

	if (!lock_untold(l))
		return;
	snprintf(line, sizeof(line), "synced=%020llu\n",
	    (unsigned long long)l->synced);
	(void)!pwrite(l->fd, line, SYNCED_LEN, l->at);
	l->said = l->synced;
	l->said_at = clock_ms();
}

void lock_synced(struct journal_lock *l, uint64_t seq)
{
	l->synced = seq;
	if (clock_ms() - l->said_at >= TELL_EVERY)
		lock_tell(l);
}

void lock_drop(struct journal_lock *l)
{
	if (l->fd >= 0) {
		lock_tell(l);
		close(l->fd);
	}
	l->fd = -1;
}

uint64_t lock_read_synced(int dir)
{
	int fd = openat(dir, "lock",
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct buf holder = BUF_EMPTY;
	uint64_t seq = 0;

	if (fd < 0)
		return 0;
	seq = read_lock(fd, &holder);
	close(fd);
	buf_release(&holder);
	return seq;
}

bool lock_held(int dir, struct buf *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = false;

	if (fd < 0)
		return false;
	if (fcntl(fd, F_OFD_GETLK, &lock) == 0)
		held = lock.l_type != F_UNLCK;
	if (held)
		read_lock(fd, holder);
	close(fd);
	return held;
}

int lock_segments(int dir, bool wait)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dir, "segments",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -1;
	if (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
		int saved = errno == EACCES ? EAGAIN : errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}
