/* SPDX-License-Identifier: ISC */
/* Names and mail addresses of accounts. */
#include "export/people.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "record/reader.h"
#include "xml/jid.h"

enum { JID, MAIL, NAME, COLUMNS, VALUE_MAX = 1024 };

struct entry {
	struct map_node node;
	struct entry *before;
	struct buf jid;
	struct span mail, name; /* in text */
};

struct people {
	struct map map;
	struct entry *last;
	struct buf text; /* the file, quotes undone in place */
};

struct rows {
	char *p, *end;
	uint64_t line;
	const char *fault;
};

/* One value; whether another follows in the row. */
static bool take_value(struct rows *r, struct span *value)
{
	char *from = r->p, *to;
	bool quoted = from < r->end && *from == '"';

	to = from += quoted;
	for (r->p = from; r->p < r->end; r->p++) {
		if (quoted && *r->p == '"' &&
		    !(r->p + 1 < r->end && r->p[1] == '"'))
			break;
		if (!quoted && (*r->p == ',' || *r->p == '\n'))
			break;
		r->p += quoted && *r->p == '"';
		*to++ = *r->p;
	}
	if (quoted && r->p++ == r->end)
		r->fault = "a quote is never closed";
	if (!quoted && to > from && to[-1] == '\r')
		to--;
	if (quoted && r->p < r->end && *r->p == '\r')
		r->p++;
	*value = (struct span){from, (size_t)(to - from)};
	if (!r->fault && r->p < r->end && *r->p != ',' && *r->p != '\n')
		r->fault = "something follows a quoted value";
	return !r->fault && r->p < r->end && *r->p++ == ',';
}

/* What can stand in an envelope and between < and > (RFC 5321), in ASCII. */
static bool is_mail(struct span s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;

	if (!at || at == s.p || at + 1 == s.p + s.n || s.n > 254)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("<>()[]\\,;:\"", s.p[i]))
			return false;
	}
	return !memchr(at + 1, '@', (size_t)(s.p + s.n - at - 1));
}

static const char *check(const struct span v[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++) {
		if (v[i].n > VALUE_MAX)
			return "a value is too long";
		if (v[i].n && utf8_line(v[i].p, v[i].n) < v[i].n)
			return "is not in UTF-8, or has control characters";
	}
	if (v[MAIL].n && !is_mail(v[MAIL]))
		return "its second value is no mail address";
	return NULL;
}

static const char *add_row(struct people *p, const struct span v[COLUMNS])
{
	const char *why = check(v);
	struct entry *e;

	if (why)
		return why;
	e = mem_zalloc(sizeof(*e));
	if (!jid_prepare(&e->jid, jid_bare(v[JID]))) {
		buf_release(&e->jid);
		free(e);
		return "its first value is no JID";
	}
	e->mail = v[MAIL];
	e->name = v[NAME];
	e->before = p->last;
	p->last = e;
	map_add(&p->map, &e->node, buf_span(&e->jid));
	return NULL;
}

/* Returns why it is wrong, with rows.line its place. */
static const char *read_rows(struct people *p, struct rows *r)
{
	uint64_t next = 1;

	while (r->p < r->end) {
		struct span v[COLUMNS] = {{"", 0}, {"", 0}, {"", 0}};
		char *row = r->p;
		int n = 0;
		bool more;

		r->line = next;
		do {
			struct span value;

			more = take_value(r, &value);
			if (n == COLUMNS)
				return "has more than three values";
			v[n++] = value;
		} while (more);
		for (; row < r->p; row++)
			next += *row == '\n';
		if (r->fault)
			return r->fault;
		if ((n == 1 && !v[JID].n) ||
		    (r->line == 1 && span_is(v[JID], "jid")))
			continue;
		r->fault = add_row(p, v);
		if (r->fault)
			return r->fault;
	}
	return NULL;
}

static bool read_file(struct buf *text, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = 0;

	if (fd < 0)
		return false;
	do {
		text->len += (size_t)n;
		n = reader_read(fd, buf_room(text, 65536), 65536);
		if (text->len > PEOPLE_FILE_MAX) {
			errno = EFBIG;
			n = -1;
		}
	} while (n > 0);
	close(fd);
	return n == 0;
}

struct people *people_read(const char *path, struct buf *why)
{
	struct people *p = mem_zalloc(sizeof(*p));
	struct rows r = {.line = 0};
	const char *fault;

	if (!read_file(&p->text, path)) {
		buf_addf(why, "%s: cannot be read: %s", path, strerror(errno));
		people_free(p);
		return NULL;
	}
	r.p = p->text.data;
	r.end = r.p + p->text.len;
	if (p->text.len >= 3 && memcmp(r.p, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;
	fault = read_rows(p, &r);
	if (!fault)
		return p;
	buf_addf(why, "%s:%" PRIu64 ": %s", path, r.line, fault);
	people_free(p);
	return NULL;
}

void people_free(struct people *p)
{
	if (!p)
		return;
	while (p->last) {
		struct entry *e = p->last;

		p->last = e->before;
		buf_release(&e->jid);
		free(e);
	}
	map_release(&p->map);
	buf_release(&p->text);
	free(p);
}

void people_find(const struct people *p, struct span jid, struct span *mail,
    struct span *name)
{
	struct map_node *n = p ? map_find(&p->map, jid) : NULL;
	const struct entry *e;

	*mail = *name = (struct span){"", 0};
	if (!n)
		return;
	e = MAP_OWNER(n, struct entry, node);
	*mail = e->mail;
	*name = e->name;
}
