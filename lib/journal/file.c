/* SPDX-License-Identifier: ISC */
/* The segment that is written. */
#include "journal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	PIECE = 256 * 1024, /* written ahead at once; a record may wait for it */
};

bool file_write_at(int fd, const char *p, size_t n, off_t at)
{
	while (n > 0) {
		ssize_t w = pwrite(fd, p, n, at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		p += w;
		n -= (size_t)w;
		at += w;
	}
	return true;
}

bool file_create(struct journal_file *f, uint64_t first,
    struct journal_error *e)
{
	segment_name(f->name, first);
	f->end = f->ahead = 0;
	f->crowded = false;
	f->fd = openat(f->dir, f->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (f->fd < 0)
		return journal_fail(e, FAULT_SYSTEM, "cannot create '%s'",
		    f->name);
	if (fsync(f->dir) != 0)
		return journal_fail(e, FAULT_SYSTEM,
		    "cannot sync the directory of '%s'", f->name);
	return true;
}

/* Line feeds up to that offset; stops where there is no room. */
static void fill(struct journal_file *f, off_t to)
{
	char lf[16 * 1024];

	memset(lf, '\n', sizeof(lf));
	while (f->ahead < to) {
		off_t n = to - f->ahead;
		ssize_t w = pwrite(f->fd, lf,
		    n < (off_t)sizeof(lf) ? (size_t)n : sizeof(lf), f->ahead);

		if (w <= 0) {
			f->crowded = true;
			return;
		}
		f->ahead += w;
	}
}

/* The last room is not for space: other files live here too. */
static bool roomy(struct journal_file *f)
{
	struct statvfs v;

	if (fstatvfs(f->fd, &v) == 0 &&
	    v.f_bavail > (uint64_t)f->step * FILE_ROOM / v.f_frsize)
		return true;
	f->crowded = true;
	return false;
}

bool file_append(struct journal_file *f, const char *p, size_t n,
    struct journal_error *e)
{
	off_t end = f->end + (off_t)n;

	if (!file_write_at(f->fd, p, n, f->end))
		return journal_fail(e, FAULT_SYSTEM, "cannot write '%s'",
		    f->name);
	if (end > f->ahead) {
		f->ahead = end;
		/* Not beside what is larger itself: the next one will be. */
		if (n <= PIECE && f->step && !f->crowded && roomy(f))
			fill(f, end + (f->step < PIECE ? f->step : PIECE));
	}
	if (fdatasync(f->fd) != 0)
		return journal_fail(e, FAULT_SYSTEM, "cannot sync '%s'",
		    f->name);
	f->end = end;
	return true;
}

bool file_wants_ahead(const struct journal_file *f)
{
	return f->fd >= 0 && f->step && !f->crowded &&
	    f->ahead - f->end < f->step;
}

bool file_write_ahead(struct journal_file *f, struct journal_error *e)
{
	off_t to = f->end + f->step + PIECE;

	if (!roomy(f))
		return true;
	fill(f, to - f->ahead > PIECE ? f->ahead + PIECE : to);
	if (fdatasync(f->fd) != 0)
		return journal_fail(e, FAULT_SYSTEM, "cannot sync '%s'",
		    f->name);
	return true;
}

bool file_finish(struct journal_file *f, struct journal_error *e)
{
	bool ok = (f->ahead == f->end || ftruncate(f->fd, f->end) == 0) &&
	    fsync(f->fd) == 0;

	if (!ok)
		journal_fail(e, FAULT_SYSTEM, "cannot end '%s'", f->name);
	file_drop(f);
	return ok;
}

void file_drop(struct journal_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
