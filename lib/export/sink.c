/* SPDX-License-Identifier: ISC */
/* Line ends and base64 on the way out. */
#include "export/sink.h"

#include <string.h>

enum { LINE = 76 };

static void pass(struct sink *s)
{
	const char *p = s->text.data, *end = p + s->text.len;

	if (!s->crlf) {
		buf_addspan(&s->out.buf, buf_span(&s->text));
		p = end;
	}
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		buf_add(&s->out.buf, p, (size_t)((lf ? lf : end) - p));
		if (lf)
			buf_adds(&s->out.buf, "\r\n");
		p = lf ? lf + 1 : end;
	}
	buf_reset(&s->text);
}

bool sink_spill(struct sink *s)
{
	if (s->text.len < OUT_SPILL)
		return true;
	pass(s);
	return out_spill(&s->out);
}

bool sink_flush(struct sink *s)
{
	if (s->text.len)
		pass(s);
	return out_flush(&s->out);
}

void sink_release(struct sink *s)
{
	buf_release(&s->out.buf);
	buf_release(&s->text);
}

static void put(struct base64 *b, struct buf *out, const unsigned char *p,
    size_t n)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				    "mnopqrstuvwxyz0123456789+/";
	unsigned bits = (unsigned)p[0] << 16 | (n > 1 ? p[1] << 8 : 0) |
	    (n > 2 ? p[2] : 0);
	char *to;

	if (!b->url && b->column == LINE) {
		buf_addc(out, '\n');
		b->column = 0;
	}
	to = buf_room(out, 4);
	for (size_t i = 0; i < 4; i++) {
		char c = plain[bits >> (18 - 6 * i) & 63];

		to[i] = i > n ? '=' : c;
		if (b->url)
			to[i] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	out->len += b->url ? n + 1 : 4;
	b->column += 4;
}

void base64_add(struct base64 *b, struct buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n > 0 && (b->lefts > 0 || n < 3)) {
		b->left[b->lefts++] = *p++;
		n--;
		if (b->lefts == 3) {
			put(b, out, b->left, 3);
			b->lefts = 0;
		}
	}
	for (; n >= 3; n -= 3, p += 3)
		put(b, out, p, 3);
	while (n-- > 0)
		b->left[b->lefts++] = *p++;
}

void base64_end(struct base64 *b, struct buf *out)
{
	if (b->lefts)
		put(b, out, b->left, b->lefts);
	if (b->column && !b->url)
		buf_addc(out, '\n');
	b->lefts = b->column = 0;
}

bool coder_pass(void *arg, const void *p, size_t n)
{
	struct coder *c = arg;

	base64_add(&c->code, &c->sink->text, p, n);
	return sink_spill(c->sink);
}
