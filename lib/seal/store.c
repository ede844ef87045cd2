/* SPDX-License-Identifier: ISC */
/* The folder of checkpoints, and files that are whole or not there. */
#include "seal/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/whole.h"
#include "io/out.h"

enum { DIGITS = 20 };

#define CHECKPOINT ".checkpoint"

int store_checkpoints(const char *journal, bool make)
{
	int dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, saved;

	if (dir < 0)
		return -1;
	/* Its name is synced with it, before anything in it counts. */
	if (make && mkdirat(dir, "checkpoints", 0700) == 0)
		fsync(dir);
	fd = openat(dir, "checkpoints",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

static bool size_of(const char *name, uint64_t *size)
{
	struct span digits = {name + 2, DIGITS - 2};

	return strlen(name) == DIGITS + strlen(CHECKPOINT) &&
	    strcmp(name + DIGITS, CHECKPOINT) == 0 &&
	    strncmp(name, "00", 2) == 0 && quantity_digits(digits, size);
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

bool store_sizes(int dir, uint64_t **sizes, size_t *count)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	size_t cap = 0;
	struct dirent *e;
	uint64_t size;

	*sizes = NULL;
	*count = 0;
	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((errno = 0, e = readdir(d)) != NULL) {
		if (!size_of(e->d_name, &size))
			continue;
		if (*count == cap) {
			cap = cap ? 2 * cap : 64;
			*sizes = mem_resize(*sizes, cap, sizeof(**sizes));
		}
		(*sizes)[(*count)++] = size;
	}
	if (errno) {
		int saved = errno;

		closedir(d);
		errno = saved;
		return false;
	}
	closedir(d);
	if (*count)
		qsort(*sizes, *count, sizeof(**sizes), ascending);
	return true;
}

void store_name(char out[STORE_NAME], uint64_t size, const char *ending)
{
	snprintf(out, STORE_NAME, "%020" PRIu64 "%s", size, ending);
}

bool store_read(int dir, const char *name, size_t max, struct buf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY), saved;
	bool ok;

	if (fd < 0)
		return false;
	ok = whole_read(fd, max, out);
	saved = errno;
	close(fd);
	errno = saved;
	return ok;
}

bool store_read_given(const char *path, size_t max, struct buf *out)
{
	bool input = strcmp(path, "-") == 0;

	return store_read(AT_FDCWD, input ? "/dev/stdin" : path, max, out);
}

bool store_write(int dir, const char *name, struct span bytes)
{
	char aside[STORE_NAME + 96];
	int fd, saved;
	bool ok;

	snprintf(aside, sizeof(aside), "%s.new", name);
	if (unlinkat(dir, aside, 0) != 0 && errno != ENOENT)
		return false;
	fd = openat(dir, aside,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return false;
	ok = out_write(fd, bytes.p, bytes.n) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir, aside, dir, name) == 0 && fsync(dir) == 0;
	saved = errno;
	if (!ok)
		unlinkat(dir, aside, 0);
	errno = saved;
	return ok;
}
