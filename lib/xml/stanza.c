/* SPDX-License-Identifier: ISC */
/* Stanzas: looking into the tree, and escaping. */
#include "xml/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "base/eight.h"

void stanza_release(struct stanza *s)
{
	if (!s)
		return;
	free(s->node);
	free(s->attr);
	free(s->scope);
	*s = (struct stanza){0};
}

bool stanza_is(
    const struct stanza *s, uint32_t node, const char *ns, const char *local)
{
	const struct stanza_node *n = &s->node[node];

	return n->name.n && span_is(n->local, local) &&
	       (!ns || span_is(n->ns, ns));
}

uint32_t stanza_child(
    const struct stanza *s, uint32_t node, const char *ns, const char *local)
{
	uint32_t i = s->node[node].child;

	while (i != STANZA_NONE && !stanza_is(s, i, ns, local))
		i = s->node[i].next;
	return i;
}

/* The prefix xml is never declared, so a name says it all. */
struct span stanza_get(const struct stanza *s, uint32_t node, const char *name)
{
	const struct stanza_node *n = &s->node[node];

	for (uint32_t i = n->attr; i < n->attr + n->attrs; i++) {
		if (span_is(s->attr[i].name, name))
			return s->attr[i].value;
	}
	return (struct span){NULL, 0};
}

bool stanza_is_stanza(const struct stanza *s)
{
	static const char *const names[] = {"message", "presence", "iq"};
	static const char *const spaces[] = {"jabber:client", "jabber:server",
	    "jabber:component:accept", "jabber:component:connect"};

	for (size_t i = 0; s->nodes && i < sizeof(names) / sizeof(*names);
	     i++) {
		if (!span_is(s->node[0].local, names[i]))
			continue;
		for (size_t j = 0; j < sizeof(spaces) / sizeof(*spaces); j++) {
			if (span_is(s->node[0].ns, spaces[j]))
				return true;
		}
	}
	return false;
}

static const struct entity {
	char c;
	unsigned char n;
	char as[7];
} entities[] = {{'&', 5, "&amp;"}, {'<', 4, "&lt;"}, {'>', 4, "&gt;"},
    {'"', 6, "&quot;"}, {'\t', 5, "&#x9;"}, {'\n', 5, "&#xA;"},
    {'\r', 5, "&#xD;"}};

enum { ENTITIES = sizeof(entities) / sizeof(*entities) };

void stanza_unescape(struct buf *b, struct span s)
{
	const char *p = s.p, *end = s.n ? s.p + s.n : s.p;

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		size_t n = 0;

		buf_add(b, p, (size_t)((amp ? amp : end) - p));
		if (!amp)
			return;
		for (int i = 0; i < ENTITIES && !n; i++) {
			n = entities[i].n;
			if ((size_t)(end - amp) < n ||
			    memcmp(amp, entities[i].as, n) != 0)
				n = 0;
			else
				buf_addc(b, entities[i].c);
		}
		if (!n) { /* no reference of the canonical form: itself */
			buf_addc(b, '&');
			n = 1;
		}
		p = amp + n;
	}
}

static bool after_brackets(const struct buf *b)
{
	return b->len >= 2 && memcmp(b->data + b->len - 2, "]]", 2) == 0;
}

static inline bool special(unsigned char c, char last)
{
	return c < 0x20 || c == '&' || c == '<' || c == (unsigned char)last;
}

/* The first from i on that may have to be escaped, s.n if there is none. */
static size_t next_special(struct span s, size_t i, char last)
{
	for (; s.n - i >= 8; i += 8) {
		uint64_t w = eight_load(s.p + i);
		uint64_t found = eight_below(w, 0x20) |
				 eight_zeros(w ^ EIGHT('&')) |
				 eight_zeros(w ^ EIGHT('<')) |
				 eight_zeros(w ^ EIGHT(last));

		if (found)
			return i + eight_first(found);
	}
	while (i < s.n && !special((unsigned char)s.p[i], last))
		i++;
	return i;
}

static void put_special(struct buf *b, char c)
{
	for (int e = 0; e < ENTITIES; e++) {
		if (entities[e].c == c) {
			buf_add(b, entities[e].as, entities[e].n);
			return;
		}
	}
	buf_addc(b, c);
}

static void escape(struct buf *b, struct span s, bool text)
{
	char last = text ? '>' : '"';
	size_t i = 0, next;

	while ((next = next_special(s, i, last)) < s.n) {
		char c = s.p[next];

		buf_add(b, s.p + i, next - i);
		if (c == '>' && !after_brackets(b))
			buf_addc(b, c);
		else
			put_special(b, c);
		i = next + 1;
	}
	buf_add(b, s.p + i, s.n - i);
}

void stanza_escape_text(struct buf *b, struct span s)
{
	escape(b, s, true);
}

void stanza_escape_attr(struct buf *b, struct span s)
{
	escape(b, s, false);
}

/* The node after i in document order that is below top. */
static uint32_t next_below(const struct stanza *s, uint32_t i, uint32_t top)
{
	if (s->node[i].child != STANZA_NONE)
		return s->node[i].child;
	while (i != top && s->node[i].next == STANZA_NONE)
		i = s->node[i].parent;
	return i == top ? STANZA_NONE : s->node[i].next;
}

void stanza_text(const struct stanza *s, uint32_t node, struct buf *b)
{
	for (uint32_t i = node; i != STANZA_NONE; i = next_below(s, i, node)) {
		if (s->node[i].name.n == 0)
			stanza_unescape(b, s->node[i].raw);
	}
}
