/* SPDX-License-Identifier: ISC */
/* Indexes as files: making them anew, and comparing one with what is due. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io/out.h"
#include "journal/index.h"
#include "journal/segment.h"

/* Build that of a segment that is there. */
static bool build_of(int dir, uint64_t first, struct buf *out,
    const atomic_bool *stop)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, first, name), saved;
	bool ok = fd >= 0 && index_build(fd, first, out, stop);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

static bool write_file(int dir, const char *name, struct span bytes)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && out_write(fd, bytes.p, bytes.n) &&
	    fsync(fd) == 0;
	int saved = errno;

	if (fd >= 0 && close(fd) != 0 && ok)
		return false;
	errno = saved;
	return ok;
}

/* Whether there is room for so many bytes, and as much as is spared. */
static bool has_room(int dir, size_t n, uint64_t spare)
{
	struct statvfs v;

	errno = ENOSPC;
	return !spare || fstatvfs(dir, &v) != 0 ||
	    (uint64_t)v.f_bavail * v.f_frsize > spare + n;
}

bool index_make(int dir, uint64_t first, uint64_t spare,
    const atomic_bool *stop)
{
	char name[INDEX_NAME], aside[INDEX_NAME + 4];
	struct buf bytes = BUF_EMPTY;
	bool begun = build_of(dir, first, &bytes, stop) &&
	    has_room(dir, bytes.len, spare), ok;
	int saved;

	index_name(name, first);
	snprintf(aside, sizeof(aside), "%s.tmp", name);
	ok = begun && write_file(dir, aside, buf_span(&bytes)) &&
	    renameat(dir, aside, dir, name) == 0;
	saved = errno;
	if (begun && !ok)
		(void)unlinkat(dir, aside, 0);
	buf_release(&bytes);
	errno = saved;
	return ok;
}

bool index_ensure(int dir, uint64_t first, uint64_t spare,
    const atomic_bool *stop)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, first, name);
	struct index *x = fd < 0 ? NULL : index_open(dir, first, fd);

	if (fd >= 0)
		close(fd);
	index_close(x);
	return x || index_make(dir, first, spare, stop);
}

/* Read all of an index; false with errno. */
static bool read_file(int dir, const char *name, struct buf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), saved;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 || (n < 0 && fd >= 0 && errno == EINTR)) {
		n = read(fd, buf_room(out, 65536), 65536);
		out->len += n > 0 ? (size_t)n : 0;
	}
	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return n == 0;
}

enum index_finding index_check(int dir, uint64_t first)
{
	struct buf is = BUF_EMPTY, due = BUF_EMPTY;
	enum index_finding found = INDEX_ERROR;
	char name[INDEX_NAME];

	index_name(name, first);
	if (!read_file(dir, name, &is))
		found = errno == ENOENT ? INDEX_NONE : INDEX_ERROR;
	else if (build_of(dir, first, &due, NULL))
		found = span_same(buf_span(&is), buf_span(&due)) ? INDEX_SOUND
								 : INDEX_WRONG;
	else if (errno == EBADMSG || errno == EFBIG)
		found = INDEX_WRONG;
	buf_release(&is);
	buf_release(&due);
	return found;
}

enum index_finding index_check_all(const char *path, char name[INDEX_NAME])
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved;
	struct segment_list list = {NULL, 0, 0};
	enum index_finding found = INDEX_ERROR;
	bool listed = dir >= 0 && segment_list_read(&list, dir);

	snprintf(name, INDEX_NAME, ".");
	if (listed)
		found = INDEX_SOUND;
	for (size_t i = 0; listed && i < list.count; i++) {
		found = index_check(dir, list.first[i]);
		index_name(name, list.first[i]);
		if (found == INDEX_WRONG || found == INDEX_ERROR)
			break;
		found = INDEX_SOUND;
	}
	saved = errno;
	segment_list_release(&list);
	if (dir >= 0)
		close(dir);
	errno = saved;
	return found;
}
