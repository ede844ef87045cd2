/* SPDX-License-Identifier: ISC */
/* The mark of a released message. */
#define _GNU_SOURCE
#include "live/mark.h"

#include <stddef.h>
#include <string.h>

#include "base/hex.h"
#include "base/uuid.h"
#include "record/record.h"
#include "xml/wire.h"

enum { PART = 16 }; /* digits of a part's digest */

static const char name[] = "released";

static const struct attribute {
	const char *name;
	size_t at;
} attributes[] = {
    {"id", offsetof(struct mark, id)},
    {"try", offsetof(struct mark, try)},
    {"by", offsetof(struct mark, by)},
    {"for", offsetof(struct mark, rules)},
    {"from", offsetof(struct mark, from)},
    {"to", offsetof(struct mark, to)},
};

enum { ATTRIBUTES = sizeof(attributes) / sizeof(*attributes) };

/* Each part with its length before it, so that no two messages are alike. */
static void add(struct digest *d, struct span s)
{
	unsigned char len[8];

	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)((uint64_t)s.n >> 8 * i);
	digest_add(d, len, sizeof(len));
	digest_add(d, s.p, s.n);
}

/* A message has the namespace of the stream that it is on. */
static struct span namespace(struct span ns)
{
	if (span_is(ns, "jabber:server") ||
	    span_is(ns, "jabber:component:accept"))
		return span_of(NS_CLIENT);
	return ns;
}

/* Characters as they are once they were read from a stream again: an end of
 * line is a line feed, and in an attribute all white space is blanks (XML
 * 1.0, sections 2.11 and 3.3.3). */
static void add_chars(struct digest *d, struct span escaped, bool attr)
{
	struct buf b = BUF_EMPTY;
	size_t to = 0;

	stanza_unescape(&b, escaped);
	for (size_t i = 0; i < b.len; i++) {
		char c = b.data[i];

		if (c == '\r' && i + 1 < b.len && b.data[i + 1] == '\n')
			continue;
		if (c == '\r')
			c = '\n';
		if (attr && (c == '\n' || c == '\t'))
			c = ' ';
		b.data[to++] = c;
	}
	b.len = to;
	add(d, buf_span(&b));
	buf_release(&b);
}

static int order(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int way = n ? memcmp(a.p, b.p, n) : 0;

	return way ? way : (a.n > b.n) - (a.n < b.n);
}

static int attr_order(const struct stanza_attr *a, const struct stanza_attr *b)
{
	int way = order(a->ns, b->ns);

	return way ? way : order(a->local, b->local);
}

/* The one that comes next by name behind the last one, which may be NULL. */
static const struct stanza_attr *attr_next(const struct stanza *s,
    const struct stanza_node *e, const struct stanza_attr *last)
{
	const struct stanza_attr *found = NULL;

	for (uint32_t i = e->attr; i < e->attr + e->attrs; i++) {
		const struct stanza_attr *a = &s->attr[i];

		if ((!last || attr_order(a, last) > 0) &&
		    (!found || attr_order(a, found) < 0))
			found = a;
	}
	return found;
}

static void add_node(struct digest *d, const struct stanza *s, uint32_t node)
{
	const struct stanza_node *e = &s->node[node];
	const struct stanza_attr *a = NULL;

	if (!e->name.n) {
		digest_add(d, "T", 1);
		add_chars(d, e->raw, false);
		return;
	}
	digest_add(d, "E", 1);
	add(d, namespace(e->ns));
	add(d, e->local);
	while ((a = attr_next(s, e, a)) != NULL) {
		digest_add(d, "A", 1);
		add(d, a->ns);
		add(d, a->local);
		add_chars(d, a->value, true);
	}
	for (uint32_t c = e->child; c != STANZA_NONE; c = s->node[c].next)
		add_node(d, s, c);
	digest_add(d, "/", 1);
}

/* The digest of one element of the message, or of text beside them. */
static void add_part(struct digest *d, const struct stanza *s, uint32_t node,
    struct buf *parts)
{
	unsigned char raw[DIGEST_RAW];

	digest_begin(d);
	add_node(d, s, node);
	digest_raw(d, raw);
	hex_write(buf_room(parts, PART), raw, PART / 2);
	parts->len += PART;
}

/* RFC 6121 section 5.2.2 */
static struct span type_of(const struct stanza *s, uint32_t message)
{
	struct span type = stanza_get(s, message, "type");

	return type.p ? type : span_of("normal");
}

static void make(struct digest *d, const struct mark *m, struct span type,
    struct span parts, char mac[DIGEST_HEX])
{
	digest_begin(d);
	add(d, span_of("cup released 1"));
	for (size_t i = 0; i < ATTRIBUTES; i++)
		add(d, *(const struct span *)(const void *)(
			   (const char *)m + attributes[i].at));
	add(d, type);
	add(d, parts);
	digest_hex(d, mac);
}

void mark_write(struct buf *b, struct digest *d, const struct stanza *s,
    const struct mark *m)
{
	struct buf parts = BUF_EMPTY;
	char mac[DIGEST_HEX];

	for (uint32_t c = s->node[0].child; c != STANZA_NONE;
	    c = s->node[c].next) {
		if (mark_covers(s, c))
			add_part(d, s, c, &parts);
	}
	make(d, m, type_of(s, 0), buf_span(&parts), mac);
	buf_addf(b, "<%s xmlns=\"%s\"", name, REVIEW_NS);
	for (size_t i = 0; i < ATTRIBUTES; i++)
		wire_attribute(b, attributes[i].name,
		    *(const struct span *)(const void *)(
			(const char *)m + attributes[i].at));
	wire_attribute(b, "parts", buf_span(&parts));
	wire_attribute(b, "mac", (struct span){mac, DIGEST_HEX});
	buf_adds(b, "/>");
	buf_release(&parts);
}

bool mark_fits(const struct stanza *s)
{
	size_t parts = 0;

	for (uint32_t c = s->node[0].child; c != STANZA_NONE;
	    c = s->node[c].next)
		parts += mark_covers(s, c);
	return parts <= MARK_PARTS;
}

static bool has_part(struct span parts, struct span part)
{
	for (size_t at = 0; at + PART <= parts.n; at += PART) {
		if (memcmp(parts.p + at, part.p, PART) == 0)
			return true;
	}
	return false;
}

/* Nothing may be in the message that was not in it; an archive may leave some
 * of it out, as Prosody's does chat states. */
static bool all_known(struct digest *d, const struct stanza *s,
    uint32_t message, struct span parts)
{
	struct buf part = BUF_EMPTY;
	bool good = true;

	for (uint32_t c = s->node[message].child; good && c != STANZA_NONE;
	    c = s->node[c].next) {
		if (!mark_covers(s, c))
			continue;
		buf_reset(&part);
		add_part(d, s, c, &part);
		good = has_part(parts, buf_span(&part));
	}
	buf_release(&part);
	return good;
}

bool mark_likely(struct span s)
{
	static const char ns[] = REVIEW_NS;

	return memmem(s.p, s.n, ns, sizeof(ns) - 1) != NULL;
}

/* Behind the element with all that is in it. */
static uint32_t past(const struct stanza *s, uint32_t node)
{
	const char *end = s->node[node].raw.p + s->node[node].raw.n;
	uint32_t next = node + 1;

	while (next < s->nodes && s->node[next].raw.p < end)
		next++;
	return next;
}

uint32_t mark_next(const struct stanza *s, uint32_t behind)
{
	uint32_t node = behind == STANZA_NONE ? 0 : past(s, behind);

	for (; node < s->nodes; node++) {
		if (stanza_is(s, node, REVIEW_NS, name))
			return node;
	}
	return STANZA_NONE;
}

bool mark_read(struct mark *m, struct digest *d, const struct stanza *s,
    uint32_t node, struct buf *chars)
{
	struct span mac = stanza_get(s, node, "mac");
	struct span parts = stanza_get(s, node, "parts");
	uint32_t message = s->node[node].parent;
	char hex[DIGEST_HEX];

	*m = (struct mark){.id = {NULL, 0}};
	buf_reset(chars);
	buf_room(chars, s->node[node].raw.n);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct span raw = stanza_get(s, node, attributes[i].name);
		size_t at = chars->len;

		if (!raw.p)
			return false;
		stanza_unescape(chars, raw);
		*(struct span *)(void *)((char *)m + attributes[i].at) =
		    (struct span){chars->data + at, chars->len - at};
	}
	if (message == STANZA_NONE || mac.n != DIGEST_HEX ||
	    parts.n > (size_t)MARK_PARTS * PART ||
	    !uuid_valid(m->id.p, m->id.n) || m->try.n != MARK_TRY)
		return false;
	make(d, m, type_of(s, message), parts, hex);
	return digest_same(hex, mac.p) && all_known(d, s, message, parts);
}

void mark_strip(struct buf *b, const struct stanza *s)
{
	const char *at = s->node[0].raw.p, *end = at + s->node[0].raw.n;
	uint32_t node = STANZA_NONE;

	while ((node = mark_next(s, node)) != STANZA_NONE) {
		struct span raw = s->node[node].raw;

		buf_add(b, at, (size_t)(raw.p - at));
		at = raw.p + raw.n;
	}
	buf_add(b, at, (size_t)(end - at));
}
