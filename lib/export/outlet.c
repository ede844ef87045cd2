/* SPDX-License-Identifier: ISC */
/* Where exports go: a stream, or files of a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "export/export.h"

enum { SLUG = 60 };

struct stream {
	struct outlet outlet;
	struct sink sink;
};

static bool failed(struct outlet *o, const char *what, const char *name)
{
	buf_addf(&o->why, "%s%s%s%s: %s", what, name ? " '" : "",
	    name ? name : "", name ? "'" : "",
	    errno == EBADMSG ? "a file in the store has changed"
			     : strerror(errno));
	o->status = EX_IOERR;
	return false;
}

static bool to_stream(struct outlet *o, struct writer *w,
    const struct format *f, const struct view *v)
{
	struct stream *s = (struct stream *)o;

	return f->write(w, v, &s->sink) ||
	    failed(o, "cannot write to standard output", NULL);
}

static bool end_stream(struct outlet *o, struct writer *w,
    const struct format *f)
{
	struct stream *s = (struct stream *)o;

	return ((!f->end || f->end(w, &s->sink)) && sink_flush(&s->sink)) ||
	    failed(o, "cannot write to standard output", NULL);
}

static void free_stream(struct outlet *o)
{
	sink_release(&((struct stream *)o)->sink);
	buf_release(&o->why);
	buf_release(&o->told);
	free(o);
}

struct outlet *outlet_stream(int fd, struct writer *w, const struct format *f,
    struct times *times)
{
	struct stream *s = mem_zalloc(sizeof(*s));

	s->outlet = (struct outlet){.write = to_stream, .end = end_stream,
	    .release = free_stream};
	s->sink.out.fd = fd;
	w->paged = true;
	if (f->begin)
		(void)f->begin(w, times, &s->sink);
	return &s->outlet;
}

struct files {
	struct outlet outlet;
	struct sink sink;
	int fd; /* of the folder */
	struct buf name, temporary;
};

static void add_slug(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n && i < SLUG; i++) {
		char c = s.p[i];
		bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("@.+-", c);

		if (c != PLACE_ROOM)
			buf_addc(b, good && c ? c : '_');
	}
}

static void make_name(struct files *s, struct writer *w,
    const struct format *f, const struct view *v)
{
	const struct talk *t = v->talk;
	char hex[DIGEST_HEX];

	buf_reset(&s->name);
	if (w->whole)
		buf_adds(&s->name, "all");
	else
		times_date(&s->name, t->day);
	buf_addc(&s->name, '_');
	add_slug(&s->name, talk_at(t, t->name));
	view_thread(w, v, hex);
	buf_addf(&s->name, "_%.16s", hex);
	if (t->late)
		buf_adds(&s->name, "-late");
	if (t->part > 1)
		buf_addf(&s->name, "-%u", t->part);
	/* Of a message: its first record's id. */
	if (w->single) {
		buf_addc(&s->name, '_');
		buf_addspan(&s->name,
		    talk_at(t, t->copy[t->item[v->first].copy].id));
	}
	buf_adds(&s->name, f->suffix);
	buf_reset(&s->temporary);
	buf_addf(&s->temporary, ".%s.new", buf_str(&s->name));
}

static bool to_file(struct outlet *o, struct writer *w,
    const struct format *f, const struct view *v)
{
	struct files *s = (struct files *)o;
	const char *name, *temporary;
	bool ok;

	make_name(s, w, f, v);
	name = buf_str(&s->name);
	temporary = buf_str(&s->temporary);
	buf_reset(&s->sink.text);
	buf_reset(&s->sink.out.buf);
	s->sink.crlf = f->crlf;
	s->sink.out.fd = openat(s->fd, temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->sink.out.fd < 0)
		return failed(o, "cannot make", name);
	ok = f->write(w, v, &s->sink) && sink_flush(&s->sink);
	if (close(s->sink.out.fd) != 0)
		ok = false;
	if (ok && renameat(s->fd, temporary, s->fd, name) == 0)
		return true;
	failed(o, "cannot write", name);
	unlinkat(s->fd, temporary, 0);
	return false;
}

static bool end_files(struct outlet *o, struct writer *w,
    const struct format *f)
{
	(void)w;
	(void)f;
	if (fsync(((struct files *)o)->fd) == 0)
		return true;
	return failed(o, "cannot sync the folder", NULL);
}

static void free_files(struct outlet *o)
{
	struct files *s = (struct files *)o;

	sink_release(&s->sink);
	buf_release(&s->name);
	buf_release(&s->temporary);
	buf_release(&o->why);
	buf_release(&o->told);
	close(s->fd);
	free(o);
}

struct outlet *outlet_files(const char *folder)
{
	struct files *s;
	int fd;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return NULL;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	s = mem_zalloc(sizeof(*s));
	s->outlet = (struct outlet){.write = to_file, .end = end_files,
	    .release = free_files};
	s->fd = fd;
	return &s->outlet;
}
