/* SPDX-License-Identifier: ISC */
/* Writing the store of files. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "upload/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "upload/store-internal.h"

enum {
	NAME_RAW = 16,
	FLUSH_EVERY = 8 * 1024 * 1024, /* bytes, that the disk begins with */
};

struct store {
	char *path;
	int lock;
};

/* Make a folder, unless it is there, so that it stays. */
static bool make_folder(const char *path)
{
	if (mkdir(path, 0700) < 0)
		return errno == EEXIST;
	return store_sync_parent(path);
}

static bool make_sub(const struct store *s, const char *name)
{
	struct buf path = BUF_EMPTY;
	bool ok;

	buf_addf(&path, "%s/%s", s->path, name);
	ok = make_folder(buf_str(&path));
	buf_release(&path);
	return ok;
}

/* What was never whole was never judged. */
static void sweep(const struct store *s)
{
	struct buf path = BUF_EMPTY;
	struct dirent *e;
	DIR *d;

	buf_addf(&path, "%s/" FILES_INCOMING, s->path);
	d = opendir(buf_str(&path));
	while (d && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
	buf_release(&path);
}

static bool lock(struct store *s, struct buf *why)
{
	struct buf path = BUF_EMPTY;

	buf_addf(&path, "%s/lock", s->path);
	s->lock = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buf_release(&path);
	if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	buf_addf(why, "store '%s': %s", s->path, errno == EWOULDBLOCK
		? "another process has it"
		: strerror(errno));
	return false;
}

struct store *store_open(const char *path, struct buf *why)
{
	struct store *s = mem_zalloc(sizeof(*s));

	s->lock = -1;
	if (make_folder(path))
		s->path = realpath(path, NULL);
	if (!s->path || !make_sub(s, FILES_CONTENT) ||
	    !make_sub(s, FILES_URL) || !make_sub(s, FILES_INCOMING)) {
		buf_addf(why, "store '%s': %s", path, strerror(errno));
		store_close(s);
		return NULL;
	}
	if (!lock(s, why)) {
		store_close(s);
		return NULL;
	}
	sweep(s);
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	free(s);
}

const char *store_path(const struct store *s)
{
	return s->path;
}

uint64_t store_room(const struct store *s)
{
	struct statvfs v;

	if (statvfs(s->path, &v) < 0)
		return 0;
	return (uint64_t)v.f_bavail * v.f_frsize;
}

void store_incoming(const struct store *s, struct buf *path)
{
	unsigned char raw[NAME_RAW];
	char name[2 * NAME_RAW];

	uuid_random(raw, sizeof(raw));
	hex_write(name, raw, sizeof(raw));
	buf_addf(path, "%s/" FILES_INCOMING "/%.*s", s->path,
	    (int)sizeof(name), name);
}

bool spool_begin(struct spool *f, struct store *s)
{
	*f = (struct spool){.fd = -1};
	store_incoming(s, &f->path);
	f->fd = open(buf_str(&f->path),
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f->fd < 0) {
		buf_release(&f->path);
		return false;
	}
	f->open = true;
	f->digest = digest_new(NULL, 0);
	digest_begin(f->digest);
	return true;
}

bool spool_add(struct spool *f, const char *p, size_t n)
{
	digest_add(f->digest, p, n);
	while (n) {
		ssize_t done = write(f->fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		p += done;
		n -= (size_t)done;
		f->size += (uint64_t)done;
	}
	if (f->size - f->flushed >= FLUSH_EVERY) {
		store_flush(f->fd, f->flushed, f->size - f->flushed);
		f->flushed = f->size;
	}
	return true;
}

void spool_drop(struct spool *f)
{
	if (f->path.len)
		(void)unlink(buf_str(&f->path));
	if (f->open)
		close(f->fd);
	digest_free(f->digest);
	buf_release(&f->path);
	*f = (struct spool){.fd = -1};
}
