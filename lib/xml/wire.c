/* SPDX-License-Identifier: ISC */
/* Writing to an XMPP stream. */
#define _GNU_SOURCE
#include "xml/wire.h"

#include <string.h>

#include "xml/name.h"

/* Whether a character reference for LF or TAB begins at p, where n bytes are
 * left; *len is its length. */
static char reference(const char *p, size_t n, size_t *len)
{
	*len = 5;
	if (n >= 5 && memcmp(p, "&#xA;", 5) == 0)
		return '\n';
	if (n >= 5 && memcmp(p, "&#x9;", 5) == 0)
		return '\t';
	return 0;
}

/* In canonical form a '>' within a tag can only stand in an attribute's
 * value, so quotes must be watched there; in text it ends nothing. */
static const char *tag_end(const char *p, const char *end)
{
	bool quoted = false;

	for (; p < end; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '>' && !quoted)
			return p + 1;
	}
	return end;
}

static void text(struct buf *b, const char *p, const char *end)
{
	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		size_t len;
		char c;

		if (!amp)
			amp = end;
		buf_add(b, p, (size_t)(amp - p));
		if (amp == end)
			return;
		c = reference(amp, (size_t)(end - amp), &len);
		if (!c)
			len = 1;
		buf_addc(b, c ? c : '&');
		p = amp + len;
	}
}

/* Whether the declarations in p, which come before attributes, have one of the
 * default namespace. */
static bool has_default(const char *p, const char *end)
{
	static const char own[] = " xmlns=\"", prefixed[] = " xmlns:";

	for (;;) {
		size_t n = (size_t)(end - p);

		if (n >= sizeof(own) - 1 && memcmp(p, own, sizeof(own) - 1) == 0)
			return true;
		if (n < sizeof(prefixed) - 1 ||
		    memcmp(p, prefixed, sizeof(prefixed) - 1) != 0)
			return false;
		for (int quotes = 0; p < end && quotes < 2; p++)
			quotes += *p == '"';
	}
}

/* Put the name of the element, without the namespace that is the stream's own
 * if it is declared next; where none is, that of the stream must not become
 * the element's. Returns what follows in the tag. */
static const char *name(struct buf *b, struct span s)
{
	static const char own[] = " xmlns=\"" NS_CLIENT "\"";
	const size_t n = sizeof(own) - 1;
	size_t at = 1 + xmlname_len(s.p + 1, s.n - 1);

	if (at < s.n && s.p[at] == ':')
		at += 1 + xmlname_len(s.p + at + 1, s.n - at - 1);
	buf_add(b, s.p, at);
	if (s.n - at >= n && memcmp(s.p + at, own, n) == 0)
		at += n;
	else if (!has_default(s.p + at, s.p + s.n))
		buf_adds(b, " xmlns=\"\"");
	return s.p + at;
}

void wire_element(struct buf *b, struct span s)
{
	const char *end = s.p + s.n, *tag = name(b, s);
	const char *p = tag_end(tag, end);

	if (!memchr(p, '&', (size_t)(end - p)))
		p = end;
	buf_add(b, tag, (size_t)(p - tag));
	while (p < end) {
		tag = memchr(p, '<', (size_t)(end - p));
		if (!tag)
			tag = end;
		text(b, p, tag);
		p = tag_end(tag, end);
		buf_add(b, tag, (size_t)(p - tag));
	}
}

/* The value of the next declaration of NS_CLIENT in a tag, or NULL. No value
 * has a quote in it, so none can look like one. */
static const char *declared(const char *p, const char *end)
{
	static const char value[] = "=\"" NS_CLIENT "\"";

	while ((p = memmem(p, (size_t)(end - p), value, sizeof(value) - 1))) {
		const char *name = p;

		while (name[-1] != ' ')
			name--;
		p += 2;
		if (strncmp(name, "xmlns=", 6) == 0 ||
		    strncmp(name, "xmlns:", 6) == 0)
			return p;
	}
	return NULL;
}

/* The element, which is the stanza's own, from *at on. */
static void own(struct buf *b, const struct stanza *s, uint32_t node,
    const char **at)
{
	struct span raw = s->node[node].raw;
	const char *end = tag_end(raw.p, raw.p + raw.n), *p = raw.p;

	while ((p = declared(p, end)) != NULL) {
		buf_add(b, *at, (size_t)(p - *at));
		buf_adds(b, NS_COMPONENT);
		*at = p + sizeof(NS_CLIENT) - 1;
	}
	for (uint32_t c = s->node[node].child; c != STANZA_NONE;
	    c = s->node[c].next) {
		if (s->node[c].name.n && span_is(s->node[c].ns, NS_CLIENT))
			own(b, s, c, at);
	}
}

void wire_component(struct buf *b, const struct stanza *s)
{
	struct span raw = s->node[0].raw;
	const char *at = raw.p;

	own(b, s, 0, &at);
	buf_add(b, at, (size_t)(raw.p + raw.n - at));
}

void wire_attribute(struct buf *b, const char *name, struct span value)
{
	buf_addc(b, ' ');
	buf_adds(b, name);
	buf_adds(b, "=\"");
	stanza_escape_attr(b, value);
	buf_addc(b, '"');
}

void wire_header(struct buf *b, const struct wire_header *h)
{
	const struct {
		const char *name;
		struct span value;
	} part[] = {{"from", h->from}, {"to", h->to}, {"id", h->id},
	    {"version", h->version}, {"xml:lang", h->lang}};

	buf_adds(b, "<?xml version='1.0'?><stream:stream xmlns=\"" NS_CLIENT
		    "\" xmlns:stream=\"" NS_STREAM "\"");
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i].value.p)
			wire_attribute(b, part[i].name, part[i].value);
	}
	buf_addc(b, '>');
}

void wire_error(struct buf *b, const char *condition, const char *words)
{
	buf_addf(b, "<stream:error><%s xmlns=\"" NS_STREAMS "\"/>", condition);
	if (words) {
		buf_adds(b, "<text xmlns=\"" NS_STREAMS "\" xml:lang=\"en\">");
		stanza_escape_text(b, span_of(words));
		buf_adds(b, "</text>");
	}
	buf_adds(b, "</stream:error>" WIRE_FOOTER);
}
