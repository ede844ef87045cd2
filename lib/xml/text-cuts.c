/* SPDX-License-Identifier: ISC */
/* Which places of a text may be cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "xml/text.h"

static bool is_letter(char c)
{
	c |= 0x20;
	return c >= 'a' && c <= 'z';
}

/* RFC 3986 section 3.1. */
static bool in_scheme(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
	    c == '.';
}

static bool ends_link(char c)
{
	return (unsigned char)c <= 0x20 || c == '"' || c == '<' || c == '>';
}

/* The beginning of the scheme whose colon is at i; i if there is none, or it is
 * only a word with a colon behind it. */
static size_t scheme_of(struct span s, size_t i)
{
	static const char *const others[] = {
	    "mailto", "xmpp", "tel", "sip", "geo", "data", "magnet", "cid"};
	size_t from = i;
	struct span scheme;

	while (from > 0 && in_scheme(s.p[from - 1]))
		from--;
	while (from < i && !is_letter(s.p[from]))
		from++;
	scheme = (struct span){s.p + from, i - from};
	if (scheme.n && s.n - i > 3 && memcmp(s.p + i, "://", 3) == 0)
		return from;
	for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++) {
		if (span_is(scheme, others[k]) && i + 1 < s.n &&
		    !ends_link(s.p[i + 1]))
			return from;
	}
	return i;
}

/* The end of the link: what is behind a sentence's end belongs to that. */
static size_t link_end(struct span s, size_t i)
{
	size_t least = i;

	while (i < s.n && !ends_link(s.p[i]))
		i++;
	while (i > least && strchr(".,;:!?)'*_", s.p[i - 1]))
		i--;
	return i;
}

/* The links of a text, in order; they do not overlap. */
struct links {
	struct link {
		size_t from, to;
	} *link;
	size_t count, cap;
};

static void find_links(struct links *l, struct span s)
{
	l->count = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t from = s.p[i] == ':' ? scheme_of(s, i) : i;

		if (from == i)
			continue;
		if (l->count == l->cap) {
			l->cap = l->cap ? 2 * l->cap : 8;
			l->link = mem_resize(l->link, l->cap, sizeof(*l->link));
		}
		i = link_end(s, i + 1) - 1;
		l->link[l->count++] = (struct link){from, i + 1};
	}
}

/* Whether from to to is in a link that goes beyond it: only the one at either
 * end of it can. */
static bool splits(const struct links *l, size_t from, size_t to)
{
	size_t low = 0, high = l->count;

	/* The first that ends behind from. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->link[middle].to > from)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == l->count || l->link[low].from >= to)
		return false;
	if (l->link[low].from < from || l->link[low].to > to)
		return true;
	/* The last that begins before to. */
	for (high = l->count; high - low > 1;) {
		size_t middle = low + (high - low) / 2;

		if (l->link[middle].from < to)
			low = middle;
		else
			high = middle;
	}
	return l->link[low].to > to;
}

static int by_text(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	return (x->text > y->text) - (x->text < y->text);
}

/* The text that this one is another form of. */
static size_t source_of(const struct texts *t, size_t text)
{
	while (text && t->text[text].decoded)
		text--;
	return text;
}

static bool may_cut(const struct texts *t, struct links *links, size_t *text,
    const struct cut *cut)
{
	if (cut->text != *text)
		find_links(links, texts_at(t, cut->text));
	*text = cut->text;
	return t->text[cut->text].kind != TEXT_FIXED &&
	    !splits(links, cut->at, cut->at + cut->len);
}

bool cuts_settle(struct cuts *c, const struct texts *t, bool again)
{
	struct links links = {NULL, 0, 0};
	size_t kept = 0, text = SIZE_MAX;
	bool ok = true;

	if (c->count)
		qsort(c->cut, c->count, sizeof(*c->cut), by_text);
	for (size_t i = 0; i < c->count && ok; i++) {
		struct cut cut = c->cut[i];
		size_t source = source_of(t, cut.text);

		if (!cut.len || t->text[cut.text].kind == TEXT_MACHINE)
			continue;
		/* It may go with what goes there. */
		if (again && source != cut.text && kept &&
		    c->cut[kept - 1].text == source)
			continue;
		ok = may_cut(t, &links, &text, &cut);
		c->cut[kept++] = cut;
	}
	c->count = kept;
	free(links.link);
	return ok;
}
