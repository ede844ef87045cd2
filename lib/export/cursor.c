/* SPDX-License-Identifier: ISC */
/* What was sent. */
#define _DEFAULT_SOURCE /* flock */
#include "export/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "io/out.h"
#include "record/reader.h"

enum { RAW = CURSOR_HEX / 2, LINE = CURSOR_HEX + 1 };

struct entry {
	unsigned char raw[RAW];
};

struct cursor {
	int fd;
	struct entry *entry; /* sorted */
	size_t count, cap;
};

static bool take(struct entry *e, const char *line)
{
	if (line[CURSOR_HEX] != '\n')
		return false;
	for (size_t i = 0; i < RAW; i++) {
		int high = hex_digit(line[2 * i]);
		int low = hex_digit(line[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		e->raw[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, RAW);
}

static bool add_lines(struct cursor *c, struct buf *in)
{
	size_t at = 0;

	for (; in->len - at >= LINE; at += LINE) {
		if (c->count == c->cap) {
			c->cap = c->cap ? 2 * c->cap : 1024;
			c->entry = mem_resize(c->entry, c->cap,
			    sizeof(*c->entry));
		}
		if (!take(&c->entry[c->count++], in->data + at)) {
			errno = EBADMSG;
			return false;
		}
	}
	buf_consume(in, at);
	return true;
}

static bool load(struct cursor *c)
{
	struct buf in = BUF_EMPTY;
	bool ok = true;
	ssize_t n = 0;

	do {
		in.len += (size_t)n;
		ok = add_lines(c, &in);
		n = reader_read(c->fd, buf_room(&in, 65536), 65536);
	} while (ok && n > 0);
	/* What was torn was not said to be sent. */
	ok = ok && n == 0 &&
	    (in.len == 0 ||
		ftruncate(c->fd, (off_t)(c->count * LINE)) == 0) &&
	    lseek(c->fd, 0, SEEK_END) >= 0;
	buf_release(&in);
	if (c->count)
		qsort(c->entry, c->count, sizeof(*c->entry), compare);
	return ok;
}

/* A file that was made is there after a crash only if its folder says so. */
static bool sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? mem_dup(path, (size_t)(slash + 1 - path))
			     : mem_strdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	free(folder);
	return ok;
}

struct cursor *cursor_open(const char *path)
{
	struct cursor *c = mem_zalloc(sizeof(*c));

	c->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (c->fd >= 0 && flock(c->fd, LOCK_EX | LOCK_NB) == 0 && load(c) &&
	    sync_folder(path))
		return c;
	cursor_close(c);
	return NULL;
}

void cursor_close(struct cursor *c)
{
	int saved = errno;

	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->entry);
	free(c);
	errno = saved;
}

bool cursor_has(const struct cursor *c, const char hex[CURSOR_HEX])
{
	struct entry wanted;
	char line[LINE];

	memcpy(line, hex, CURSOR_HEX);
	line[CURSOR_HEX] = '\n';
	return c->count && take(&wanted, line) &&
	    bsearch(&wanted, c->entry, c->count, sizeof(*c->entry), compare);
}

bool cursor_add(struct cursor *c, const char hex[CURSOR_HEX])
{
	char line[LINE];

	memcpy(line, hex, CURSOR_HEX);
	line[CURSOR_HEX] = '\n';
	return out_write(c->fd, line, LINE) && fdatasync(c->fd) == 0;
}
