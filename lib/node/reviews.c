/* SPDX-License-Identifier: ISC */
/* What a node's settings make of what is held for review. */
#include "node/reviews.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/trusted.h"
#include "io/out.h"

enum { KEY_BYTES = 32 };

bool reviews_kept(const struct conf *c)
{
	return conf_is(c, "compliance", "local") && conf_get(c, "journal");
}

bool reviews_delivered(const struct conf *c)
{
	return conf_get(c, "return-component") != NULL;
}

char *reviews_key(const struct conf *c)
{
	const char *review = conf_get(c, "review");
	struct buf path = BUF_EMPTY;

	if (!review || !reviews_delivered(c))
		return NULL;
	buf_adds(&path, review);
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.len--;
	buf_adds(&path, ".key");
	return buf_detach(&path);
}

/* That it is there outlasts a crash. */
static bool sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf folder = BUF_EMPTY;
	bool ok;
	int fd;

	if (slash)
		buf_add(&folder, path, (size_t)(slash - path) + 1);
	else
		buf_addc(&folder, '.');
	fd = open(buf_str(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	buf_release(&folder);
	return ok;
}

/* Write it under another name first: a key of which a part is lost would be
 * another one. */
static bool make(const char *path)
{
	struct buf fresh = BUF_EMPTY;
	char key[KEY_BYTES];
	bool ok;
	int fd;

	buf_addf(&fresh, "%s.new", path);
	unlink(buf_str(&fresh));
	fd = open(buf_str(&fresh), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	ok = fd >= 0 && getrandom(key, sizeof(key), 0) == sizeof(key) &&
	    out_write(fd, key, sizeof(key)) && fsync(fd) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	ok = ok && rename(buf_str(&fresh), path) == 0 && sync_folder(path);
	buf_release(&fresh);
	return ok;
}

bool reviews_make_key(const char *path, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	const char *fault = NULL;

	if (fd >= 0)
		fault = trusted_file(fd, true);
	else if (errno != ENOENT || !make(path))
		fault = strerror(errno);
	if (fd >= 0)
		close(fd);
	if (fault)
		buf_addf(why, "key of releases '%s': %s\n", path, fault);
	return !fault;
}

static bool given(const struct conf *c, const char *key)
{
	unsigned line;

	conf_nth(c, key, 0, &line);
	return line > 0;
}

const char *reviews_doubtful(const struct conf *c)
{
	static const char *const keys[] = {"review", "review-group",
	    "reviewers", "review-command"};

	if (!reviews_kept(c) || reviews_delivered(c))
		return NULL;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (given(c, keys[i]))
			return keys[i];
	}
	return NULL;
}
