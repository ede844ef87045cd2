/* SPDX-License-Identifier: ISC */
/* What is synced in the store of files. */
#define _GNU_SOURCE /* sync_file_range */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/out.h"
#include "upload/store-internal.h"

void store_flush(int fd, uint64_t from, uint64_t n)
{
	(void)sync_file_range(fd, (off_t)from, (off_t)n,
	    SYNC_FILE_RANGE_WRITE);
}

bool store_sync_parent(const char *path)
{
	char *parent = mem_strdup(path);
	char *slash = strrchr(parent, '/');
	int fd, error;
	bool ok;

	if (slash && slash > parent)
		*slash = '\0';
	fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	error = errno;
	if (fd >= 0)
		close(fd);
	free(parent);
	errno = error;
	return ok;
}

/* The folder that path is to be in, of two digits. */
static bool make_parent(const char *path)
{
	char *parent = mem_strdup(path);
	bool ok;

	*strrchr(parent, '/') = '\0';
	ok = mkdir(parent, 0700) == 0 ? store_sync_parent(parent)
				      : errno == EEXIST;
	free(parent);
	return ok;
}

/* Equal content was kept before: it is taken in place of this one, unless it
 * was spoilt since. */
static bool take_kept(const char *path, uint64_t size, struct spool *f)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size != size) {
		close(fd);
		errno = EEXIST;
		return false;
	}
	(void)unlink(buf_str(&f->path));
	close(f->fd);
	f->fd = fd;
	return true;
}

bool store_keep(struct store *s, struct spool *f)
{
	struct buf path = BUF_EMPTY;
	bool ok;

	if (fdatasync(f->fd) < 0)
		return false;
	digest_hex(f->digest, f->sha256);
	digest_begin(f->digest);
	files_content_path(&path, store_path(s),
	    (struct span){f->sha256, DIGEST_HEX});
	ok = make_parent(buf_str(&path));
	if (ok && link(buf_str(&f->path), buf_str(&path)) == 0)
		ok = store_sync_parent(buf_str(&path)) &&
		    unlink(buf_str(&f->path)) == 0;
	else if (ok)
		ok = errno == EEXIST &&
		    take_kept(buf_str(&path), f->size, f);
	if (ok)
		buf_release(&f->path);
	buf_release(&path);
	return ok;
}

static bool write_synced(const char *path, struct span lines)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int error;
	bool ok;

	if (fd < 0)
		return false;
	ok = out_write(fd, lines.p, lines.n) && fdatasync(fd) == 0;
	error = errno;
	close(fd);
	errno = error;
	return ok;
}

bool store_note(struct store *s, const struct files_entry *e)
{
	struct buf lines = BUF_EMPTY, new = BUF_EMPTY, path = BUF_EMPTY;
	int error;
	bool ok;

	files_entry_write(&lines, e);
	files_url_path(&path, store_path(s), e->url);
	store_incoming(s, &new);
	ok = make_parent(buf_str(&path)) &&
	    write_synced(buf_str(&new), buf_span(&lines)) &&
	    rename(buf_str(&new), buf_str(&path)) == 0 &&
	    store_sync_parent(buf_str(&path));
	error = errno;
	if (!ok)
		(void)unlink(buf_str(&new));
	buf_release(&lines);
	buf_release(&new);
	buf_release(&path);
	errno = error;
	return ok;
}
