/* SPDX-License-Identifier: ISC */
/* Elements that are too large. */
#include "oversize.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "record.h"
#include "stanza.h"
#include "utf8.h"

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

const char *oversize_element(const struct oversize *o, struct xml *x,
    const struct xml_scope *scope, size_t max, struct buf *out,
    struct xml_root *root)
{
	struct span head = buf_span(&o->head), name = name_at(head);
	struct buf tag = BUF_EMPTY;
	const char *why = NULL;

	if (o->tag) {
		buf_add(&tag, head.p, o->tag);
		if (!(o->tag > 1 && head.p[o->tag - 2] == '/')) {
			buf_adds(&tag, "</");
			buf_addspan(&tag, name);
			buf_addc(&tag, '>');
		}
		why = xml_element(x, scope, buf_span(&tag), out, root);
	}
	if (!why && (!o->tag || out->len > max)) {
		buf_reset(&tag);
		buf_addc(&tag, '<');
		buf_addspan(&tag, name);
		buf_adds(&tag, "/>");
		why = xml_element(x, scope, buf_span(&tag), out, root);
	}
	buf_release(&tag);
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

void oversize_fill(const struct oversize *o, struct buf *out)
{
	struct span name = name_at(buf_span(out));
	char copy[STANZA_NAME_MAX];
	size_t n = name.n < sizeof(copy) ? name.n : sizeof(copy);

	memcpy(copy, name.p, n); /* out may move */
	out->len -= 2;
	buf_addf(out, "><oversize xmlns=\"%s\" bytes=\"%" PRIu64
		      "\" sha256=\"%.*s\">",
	    RECORD_NS, o->bytes, DIGEST_HEX, o->sha256);
	put_text(out, buf_span(&o->head));
	buf_adds(out, "</oversize></");
	buf_add(out, copy, n);
	buf_addc(out, '>');
}
