/* SPDX-License-Identifier: ISC */
/* Indexes as files: making them anew, and comparing one with what is due. */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/whole.h"
#include "journal/index-internal.h"

/* Build that of a segment that is there. */
static bool build_of(int dir, uint64_t first, const struct index_target *to)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, first, name), saved;
	bool ok = fd >= 0 && index_build(fd, first, to);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

bool index_has_room(int dir, uint64_t n, uint64_t spare)
{
	struct statvfs v;

	if (!spare || fstatvfs(dir, &v) != 0 ||
	    (uint64_t)v.f_bavail * v.f_frsize > spare + n)
		return true;
	errno = ENOSPC;
	return false;
}

static bool write_file(int dir, uint64_t first, const char *name,
    struct index_target *t)
{
	bool ok;
	int saved;

	t->to = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	if (t->to < 0)
		return false;
	ok = build_of(dir, first, t) && fsync(t->to) == 0;
	saved = errno;
	if (close(t->to) != 0 && ok)
		return false;
	errno = saved;
	return ok;
}

bool index_make(int dir, uint64_t first, uint64_t spare,
    const atomic_bool *stop)
{
	struct index_target t = {.dir = dir, .spare = spare, .stop = stop};
	char name[INDEX_NAME], aside[INDEX_NAME + 4];
	bool ok;
	int saved;

	index_name(name, first);
	snprintf(aside, sizeof(aside), "%s.tmp", name);
	ok = write_file(dir, first, aside, &t) &&
	    renameat(dir, aside, dir, name) == 0;
	saved = errno;
	if (!ok)
		(void)unlinkat(dir, aside, 0);
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

static enum index_finding compare(int is, int due)
{
	char a[INDEX_BLOCK], b[INDEX_BLOCK];
	ssize_t n, m;
	off_t at = 0;

	do {
		n = whole_part(is, a, sizeof(a), at);
		m = whole_part(due, b, sizeof(b), at);
		if (n < 0 || m < 0)
			return INDEX_ERROR;
		if (n != m || memcmp(a, b, (size_t)n) != 0)
			return INDEX_WRONG;
		at += n;
	} while (n);
	return INDEX_SOUND;
}

enum index_finding index_check(int dir, uint64_t first)
{
	struct index_target t = {.to = memfd_create("index", MFD_CLOEXEC),
	    .dir = -1};
	enum index_finding found = INDEX_ERROR;
	char name[INDEX_NAME];
	int fd, saved;

	index_name(name, first);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		found = INDEX_NONE;
	else if (fd >= 0 && t.to >= 0 && build_of(dir, first, &t))
		found = compare(fd, t.to);
	else if (fd >= 0 && (errno == EBADMSG || errno == EFBIG))
		found = INDEX_WRONG;
	saved = errno;
	if (fd >= 0)
		close(fd);
	if (t.to >= 0)
		close(t.to);
	errno = saved;
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
