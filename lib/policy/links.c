/* SPDX-License-Identifier: ISC */
/* Links to files that are known, or should be. */
#define _GNU_SOURCE
#include "policy/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "record/linked.h"

enum { TRIES = 8 }; /* of ends, for a link that others have written behind */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Take a prefix apart; its scheme and host become lower-case. */
static const char *split(struct link_prefix *p)
{
	char *host = strstr(p->text, "://"), *path;

	if (!span_starts(span_of(p->text), "http://") &&
	    !span_starts(span_of(p->text), "https://"))
		return "is neither http:// nor https://";
	p->scheme = (struct span){p->text, (size_t)(host - p->text)};
	host += 3;
	path = host + strcspn(host, "/");
	for (char *c = host; c < path; c++) {
		*c = lower(*c);
		if (*c <= ' ' || *c == '@' || *c & 0x80)
			return "has no plain host";
	}
	p->host = (struct span){host, (size_t)(path - host)};
	p->path = span_of(path);
	return p->host.n ? NULL : "has no host";
}

const char *links_add(struct links *l, const char *store, const char *url)
{
	struct link_prefix p = {.text = mem_strdup(url)};
	const char *why = split(&p);

	if (why) {
		free(p.text);
		return why;
	}
	if (!l->store)
		l->store = mem_strdup(store);
	l->prefix =
	    mem_resize(l->prefix, l->prefixes + 1, sizeof(*l->prefix));
	l->prefix[l->prefixes++] = p;
	return NULL;
}

/* A name goes on with these; before a user's name in a link there is '@'. */
static bool is_inside(const char *text, size_t i)
{
	unsigned char c = i ? (unsigned char)text[i - 1] : ' ';

	return (lower((char)c) >= 'a' && lower((char)c) <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c >= 0x80;
}

/* The bytes of text from i on that are host and path of the prefix; 0: they
 * are not. The host may have the port that it has anyway. */
static size_t match(const struct link_prefix *p, struct span text, size_t i)
{
	const char *port = p->scheme.n == 5 ? ":443" : ":80";
	struct span rest;
	size_t n = 0;

	while (n < p->host.n && i + n < text.n &&
	       lower(text.p[i + n]) == p->host.p[n])
		n++;
	if (n < p->host.n || is_inside(text.p, i))
		return 0;
	rest = (struct span){text.p + i + n, text.n - i - n};
	if (span_starts(rest, port)) {
		n += strlen(port);
		rest = (struct span){text.p + i + n, text.n - i - n};
	}
	if (rest.n < p->path.n || memcmp(rest.p, p->path.p, p->path.n) != 0)
		return 0;
	/* A host of which ours is the beginning is another one. */
	if (!p->path.n && rest.n && !strchr("/?#", rest.p[0]))
		return 0;
	return n + p->path.n;
}

static bool ends_link(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f || strchr("<>\"`{}|\\^", c);
}

/* What a link in a text goes on with. */
static size_t extent(struct span text, size_t i)
{
	size_t end = i;

	while (end < text.n && end - i < FILES_URL_MAX &&
	       !ends_link(text.p[end]))
		end++;
	return end - i;
}

static void put_url(const struct link_prefix *p, struct span rest,
    struct buf *url)
{
	buf_reset(url);
	buf_addspan(url, p->scheme);
	buf_adds(url, "://");
	buf_addspan(url, p->host);
	buf_addspan(url, p->path);
	for (size_t i = 0; i < rest.n; i++) {
		unsigned char c = (unsigned char)rest.p[i];

		/* As a client writes for people what is a triplet. */
		if (c >= 0x80)
			buf_addf(url, "%%%02X", c);
		else
			buf_addc(url, (char)c);
	}
}

/* What ends a sentence or a bracket more often than a link, and, at last, all
 * from what is in no link. */
static size_t shorter(struct span rest)
{
	if (strchr(".,;:!?'*_~)]", rest.p[rest.n - 1]))
		return rest.n - 1;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] & 0x80)
			return i;
	}
	return 0;
}

static bool look_up(const struct links *l, struct link *k)
{
	return files_find(l->store, buf_span(&k->url), &k->entry,
		   &k->chars) > 0;
}

/* The longest that is known; else all of it. */
static void find(const struct links *l, const struct link_prefix *p,
    struct span rest, struct link *k)
{
	struct span part = rest;

	k->known = false;
	for (int i = 0; i < TRIES && !k->known && (part.n || !i); i++) {
		put_url(p, part, &k->url);
		k->known = look_up(l, k);
		part.n = part.n ? shorter(part) : 0;
	}
	if (!k->known)
		put_url(p, rest, &k->url);
}

/* Room for one more. */
static struct link *next_link(struct links *l)
{
	if (l->count == l->made) {
		l->link = mem_resize(l->link, l->made + 1, sizeof(*l->link));
		l->link[l->made++] = (struct link){.url = BUF_EMPTY};
	}
	return &l->link[l->count];
}

static void add(struct links *l, const struct link_prefix *p,
    struct span rest)
{
	struct link *k = next_link(l);

	put_url(p, rest, &k->url);
	for (size_t i = 0; i < l->count; i++) {
		if (span_same(buf_span(&l->link[i].url), buf_span(&k->url)))
			return;
	}
	if (l->count == LINKS_MAX) {
		l->more = true;
		return;
	}
	find(l, p, rest, k);
	for (size_t i = 0; i < l->count; i++) {
		if (span_same(buf_span(&l->link[i].url), buf_span(&k->url)))
			return;
	}
	l->count++;
}

/* Whether there is one. */
static bool scan(struct links *l, struct span text)
{
	bool any = false;

	for (size_t i = 0; i < text.n && !l->more; i++) {
		for (size_t k = 0; k < l->prefixes; k++) {
			size_t n = match(&l->prefix[k], text, i), more;

			if (!n)
				continue;
			more = extent(text, i + n);
			add(l, &l->prefix[k],
			    (struct span){text.p + i + n, more});
			i += n + more - 1;
			any = true;
			break;
		}
	}
	return any;
}

void links_reset(struct links *l)
{
	l->count = 0;
	l->more = false;
}

void links_collect(struct links *l, const struct texts *t)
{
	bool any = false;

	links_reset(l);
	for (size_t i = 0; l->store && i < t->count; i++) {
		/* Without its escapes a link is another one. */
		if (!t->text[i].decoded)
			any = scan(l, texts_at(t, i));
		else if (!any)
			scan(l, texts_at(t, i));
	}
}

void links_release(struct links *l)
{
	for (size_t i = 0; i < l->prefixes; i++)
		free(l->prefix[i].text);
	free(l->prefix);
	for (size_t i = 0; i < l->made; i++) {
		buf_release(&l->link[i].url);
		buf_release(&l->link[i].chars);
	}
	free(l->link);
	free(l->store);
	*l = (struct links){0};
}

bool link_granted(const struct link *k)
{
	return k->known && k->entry.state == FILES_GRANTED;
}

size_t links_unknown(const struct links *l)
{
	size_t n = l->more;

	for (size_t i = 0; i < l->count; i++)
		n += !link_granted(&l->link[i]);
	return n;
}

bool links_know(const struct links *l, struct span url)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->link[i].known &&
		    span_same(buf_span(&l->link[i].url), url))
			return true;
	}
	return false;
}

void links_write(const struct links *l, struct buf *b, struct span extra)
{
	linked_rest(b, extra);
	for (size_t i = 0; i < l->count; i++) {
		const struct files_entry *e = &l->link[i].entry;

		if (l->link[i].known)
			linked_write(b, e->sha256, e->size, e->name);
	}
}
