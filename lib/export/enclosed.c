/* SPDX-License-Identifier: ISC */
/* The files that messages link to. */
#include "export/enclosed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "export/writer.h"
#include "record/files.h"
#include "record/reader.h"

enum { CHUNK = 16 * 1024 };

static int open_content(const struct enclosure *e, const char *store)
{
	struct buf path = BUF_EMPTY;
	int fd;

	files_content_path(&path, store, talk_at(e->talk, e->sha256));
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	buf_release(&path);
	return fd;
}

static bool read_content(const struct enclosure *e, int fd, struct digest *d,
    enclosure_sink *sink, void *arg)
{
	struct span sha256 = talk_at(e->talk, e->sha256);
	char buffer[CHUNK], found[DIGEST_HEX];
	ssize_t n;

	digest_begin(d);
	while ((n = reader_read(fd, buffer, sizeof(buffer))) > 0) {
		digest_add(d, buffer, (size_t)n);
		if (!sink(arg, buffer, (size_t)n))
			return false;
	}
	digest_hex(d, found);
	if (n < 0)
		return false;
	errno = EBADMSG;
	return span_same(sha256, (struct span){found, DIGEST_HEX});
}

bool enclosure_pass(const struct enclosure *e, const char *store,
    struct digest *d, enclosure_sink *sink, void *arg)
{
	int fd = open_content(e, store), saved;
	bool ok = fd >= 0 && read_content(e, fd, d, sink, arg);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

static bool count(void *arg, const void *p, size_t n)
{
	(void)p;
	*(uint64_t *)arg += n;
	return true;
}

static bool same_content(struct enclosure *e, int fd, struct digest *d)
{
	e->size = 0;
	return read_content(e, fd, d, count, &e->size);
}

static void look(struct enclosure *e, const char *store, struct digest *d)
{
	int fd = store ? open_content(e, store) : -1;
	struct stat st;

	if (!store)
		e->why = "";
	else if (fd < 0)
		e->why = errno == ENOENT ? "it is not in the store"
					 : "it cannot be read";
	else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		e->why = "it cannot be read";
	else if (st.st_size > ENCLOSED_MAX)
		e->why = "it is too large";
	else if (!same_content(e, fd, d))
		e->why = "it is not what was judged";
	if (fd >= 0)
		close(fd);
}

static const struct enclosure *find(const struct enclosures *s,
    struct span sha256)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct enclosure *e = &s->file[i];

		if (span_same(talk_at(e->talk, e->sha256), sha256))
			return e;
	}
	return NULL;
}

static bool add(struct enclosures *s, const struct talk *t, uint32_t item,
    const struct attached *a, const char *store, struct digest *d)
{
	struct enclosure *e;

	if (find(s, talk_at(t, a->sha256)))
		return true;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 8;
		s->file = mem_resize(s->file, s->cap, sizeof(*s->file));
	}
	e = &s->file[s->count++];
	*e = (struct enclosure){a->name, a->sha256, t, a->size, NULL,
	    t->item[item].micros, t->item[item].author, item};
	look(e, store, d);
	return !e->why || !*e->why;
}

size_t enclosures_collect(struct enclosures *s, const struct view *v,
    const char *store, struct digest *d)
{
	const struct talk *t = v->talk;
	size_t lacking = 0;

	s->count = 0;
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		const struct item *item = &t->item[i];

		for (size_t f = 0; f < item->files; f++)
			lacking += !add(s, t, i, &t->file[item->file + f],
			    store, d);
	}
	return lacking;
}

const struct enclosure *enclosures_find(const struct enclosures *s,
    struct span sha256)
{
	const struct enclosure *e = find(s, sha256);

	return e && !e->why ? e : NULL;
}

void enclosures_release(struct enclosures *s)
{
	free(s->file);
	*s = (struct enclosures){0};
}
