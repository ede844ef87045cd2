/* SPDX-License-Identifier: ISC */
/* How far each journal is in a bucket. The file begins with the bucket's URL;
 * a line for each journal follows: ID SEGMENT CHECKPOINT. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/whole.h"
#include "io/out.h"
#include "ship/bucket-internal.h"

enum { CURSOR_MAX = 16 * 1024 * 1024 };

static struct bucket_place *find(const struct bucket_cursor *c,
    const char *journal)
{
	for (size_t i = 0; i < c->count; i++) {
		if (memcmp(c->place[i].journal, journal, UUID_LEN) == 0)
			return &c->place[i];
	}
	return NULL;
}

struct bucket_place *bucket_cursor_of(struct bucket_cursor *c,
    const char *journal)
{
	struct bucket_place *p = find(c, journal);

	if (p)
		return p;
	c->place = mem_resize(c->place, c->count + 1, sizeof(*c->place));
	p = &c->place[c->count++];
	*p = (struct bucket_place){.segment = 0};
	memcpy(p->journal, journal, UUID_LEN);
	return p;
}

static struct span word(struct span *line)
{
	const char *space = memchr(line->p, ' ', line->n);
	size_t n = space ? (size_t)(space - line->p) : line->n;
	struct span w = {line->p, n};

	n += space != NULL;
	*line = (struct span){line->p + n, line->n - n};
	return w;
}

static bool take_line(struct bucket_cursor *c, struct span line)
{
	struct span id = word(&line), segment = word(&line);
	uint64_t first, size;
	struct bucket_place *p;

	if (!uuid_valid(id.p, id.n) || find(c, id.p) ||
	    !quantity_digits(segment, &first) || !quantity_digits(line, &size))
		return false;
	p = bucket_cursor_of(c, id.p);
	p->segment = first;
	p->checkpoint = size;
	return true;
}

/* Whole lines only; the first one is the target. */
static const char *take_all(struct bucket_cursor *c, struct span text)
{
	for (bool head = true; text.n; head = false) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct span line = {text.p, n};

		if (!end)
			return "is no cursor";
		if (head && !span_is(line, c->target))
			return "is no cursor of this bucket";
		if (!head && !take_line(c, line))
			return "is no cursor";
		text = (struct span){end + 1, text.n - n - 1};
	}
	return NULL;
}

bool bucket_cursor_init(struct bucket_cursor *c,
    const struct bucket_config *config, struct buf *why)
{
	struct buf text = BUF_EMPTY;
	const char *wrong = NULL;

	*c = (struct bucket_cursor){.path = config->cursor,
	    .target = config->target};
	if (!c->path)
		return true;
	if (whole_file(c->path, CURSOR_MAX, &text))
		wrong = take_all(c, buf_span(&text));
	else if (errno != ENOENT)
		wrong = strerror(errno);
	if (wrong)
		buf_addf(why, "'%s': %s", c->path, wrong);
	buf_release(&text);
	return !wrong;
}

void bucket_cursor_release(struct bucket_cursor *c)
{
	free(c->place);
	c->place = NULL;
	c->count = 0;
}

/* A name that is not on disk yet is that of the file before. */
static bool sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int saved = errno;

	if (fd >= 0)
		close(fd);
	free(copy);
	errno = saved;
	return ok;
}

static bool write_file(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool ok;

	if (fd < 0)
		return false;
	ok = out_write(fd, text.p, text.n) && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

bool bucket_cursor_save(const struct bucket_cursor *c)
{
	struct buf text = BUF_EMPTY, aside = BUF_EMPTY;
	bool ok;
	int saved;

	if (!c->path)
		return true;
	buf_addf(&text, "%s\n", c->target);
	for (size_t i = 0; i < c->count; i++)
		buf_addf(&text, "%s %" PRIu64 " %" PRIu64 "\n",
		    c->place[i].journal, c->place[i].segment,
		    c->place[i].checkpoint);
	buf_addf(&aside, "%s.new", c->path);
	ok = write_file(buf_str(&aside), buf_span(&text)) &&
	    rename(aside.data, c->path) == 0 && sync_folder(c->path);
	saved = errno;
	buf_release(&text);
	buf_release(&aside);
	errno = saved;
	return ok;
}
