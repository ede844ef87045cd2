/* SPDX-License-Identifier: ISC */
/* Elements that are too large. */
#include "xml/oversize.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "xml/stanza.h"

struct oversize *oversize_new(struct span first, size_t tag)
{
	struct oversize *o = mem_zalloc(sizeof(*o));
	size_t head = tag > OVERSIZE_HEAD ? tag : OVERSIZE_HEAD + 3;

	o->digest = digest_new(NULL, 0);
	o->tag = tag;
	buf_add(&o->head, first.p, head < first.n ? head : first.n);
	digest_begin(o->digest);
	oversize_add(o, first);
	return o;
}

void oversize_add(struct oversize *o, struct span more)
{
	digest_add(o->digest, more.p, more.n);
	o->bytes += more.n;
}

void oversize_end(struct oversize *o)
{
	digest_hex(o->digest, o->sha256);
}

void oversize_free(struct oversize *o)
{
	if (!o)
		return;
	digest_free(o->digest);
	buf_release(&o->head);
	free(o);
}

/* The name behind the '<' that p begins with. */
static struct span name_at(struct span p)
{
	size_t n = 1;

	while (n < p.n && !memchr(" \t\r\n/>", p.p[n], 6))
		n++;
	return (struct span){p.p + 1, n - 1};
}

/* One attribute of a raw start tag. */
struct raw_attr {
	struct span name, value, raw; /* raw: all of it, with a space before */
};

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next attribute in *s, which goes on behind it; false: none. */
static bool next_attr(struct span *s, struct raw_attr *a)
{
	const char *p = s->p, *end = p + s->n, *from, *quote;

	while (p < end && !space(*p))
		p++;
	while (p < end && space(*p))
		p++;
	from = p;
	while (p < end && *p != '=' && !space(*p))
		p++;
	a->name = (struct span){from, (size_t)(p - from)};
	while (p < end && (*p == '=' || space(*p)))
		p++;
	if (p == end || from == s->p || (*p != '"' && *p != '\''))
		return false;
	quote = memchr(p + 1, *p, (size_t)(end - p - 1));
	if (!quote)
		return false;
	a->value = (struct span){p + 1, (size_t)(quote - p - 1)};
	a->raw = (struct span){from - 1, (size_t)(quote + 1 - (from - 1))};
	*s = (struct span){quote, (size_t)(end - quote)};
	return true;
}

/* Whether it says whose the element of that name is, and is of a length that
 * addresses and ids have. */
static bool tells(const struct raw_attr *a, struct span name)
{
	enum { VALUE_MAX = 8192 };
	static const char *const names[] = {"from", "to", "id", "type",
	    "xml:lang", "xmlns"};
	const char *colon = memchr(name.p, ':', name.n);

	if (a->value.n > VALUE_MAX)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_is(a->name, names[i]))
			return true;
	}
	return colon && span_starts(a->name, "xmlns:") &&
	    span_same((struct span){a->name.p + 6, a->name.n - 6},
		(struct span){name.p, (size_t)(colon - name.p)});
}

/* How much of the tag is looked at: all of it, what tells whose it is, or
 * nothing but its name. */
enum extent { ALL, WHOSE, NAME };

static const char *read_tag(const struct oversize *o, enum extent how,
    struct xml *x, const struct xml_scope *scope, struct buf *out,
    struct xml_root *root)
{
	struct span head = buf_span(&o->head), name = name_at(head);
	struct span rest = {name.p + name.n, 0};
	struct xml_scope any = *scope;
	struct buf tag = BUF_EMPTY;
	struct raw_attr a;
	const char *why;

	any.limits = NULL;
	buf_addc(&tag, '<');
	buf_addspan(&tag, name);
	rest.n = o->tag ? (size_t)(head.p + o->tag - rest.p) : 0;
	while (how != NAME && next_attr(&rest, &a)) {
		if (how == ALL || tells(&a, name))
			buf_addspan(&tag, a.raw);
	}
	buf_adds(&tag, "/>");
	why = xml_element(x, &any, buf_span(&tag), out, root);
	buf_release(&tag);
	return why;
}

const char *oversize_element(const struct oversize *o, struct xml *x,
    const struct xml_scope *scope, size_t max, struct buf *out,
    struct xml_root *root)
{
	const char *why = NULL;

	for (enum extent how = o->tag ? ALL : NAME; how <= NAME; how++) {
		why = read_tag(o, how, x, scope, out, root);
		if (!why && out->len <= max && root->attrs < STANZA_ATTRS_MAX)
			return NULL;
	}
	return why;
}

/* The beginning as text: cut at a character, what is none shown as one. */
static void put_text(struct buf *out, struct span head)
{
	static const char none[] = "\xef\xbf\xbd";
	size_t n = head.n < OVERSIZE_HEAD ? head.n : OVERSIZE_HEAD;
	size_t i = 0;

	while (i < n) {
		size_t good = utf8_xml(head.p + i, n - i), step;

		stanza_escape_text(out, (struct span){head.p + i, good});
		i += good;
		if (i == n)
			break;
		step = utf8_char(head.p + i, head.n - i);
		if (i + step > n)
			break;
		stanza_escape_text(out, (struct span){none, 3});
		i += step ? step : 1;
	}
}

void oversize_fill(
    const struct oversize *o, const char *ns, struct buf *out)
{
	struct span name = name_at(buf_span(out));
	char copy[STANZA_NAME_MAX];
	size_t n = name.n < sizeof(copy) ? name.n : sizeof(copy);

	memcpy(copy, name.p, n); /* out may move */
	out->len -= 2;
	buf_addf(out, "><oversize xmlns=\"%s\" bytes=\"%" PRIu64
		      "\" sha256=\"%.*s\">",
	    ns, o->bytes, DIGEST_HEX, o->sha256);
	put_text(out, buf_span(&o->head));
	buf_adds(out, "</oversize></");
	buf_add(out, copy, n);
	buf_addc(out, '>');
}
