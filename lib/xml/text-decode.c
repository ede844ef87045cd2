/* SPDX-License-Identifier: ISC */
/* What a text says to those who decode it. */
#include <string.h>

#include "base/hex.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "xml/text-internal.h"

/* n hexadecimal digits at i; -1 if there are not. */
static int32_t hex_at(struct span s, size_t i, size_t n)
{
	int32_t value = 0;

	if (s.n < n || i > s.n - n)
		return -1;
	for (size_t k = 0; k < n; k++) {
		int digit = hex_digit(s.p[i + k]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* RFC 3986 section 2.1; false if that makes no text, or the same. */
static bool from_link(struct buf *b, struct span s)
{
	size_t at = b->len;

	percent_decode(b, s);
	return b->len - at < s.n &&
	    utf8_xml(b->data + at, b->len - at) == b->len - at;
}

static void put(struct buf *b, uint32_t c)
{
	char text[4];
	size_t n = utf8_put(text, c);

	if (utf8_xml(text, n) < n)
		buf_addc(b, ' ');
	else
		buf_add(b, text, n);
}

/* The \uXXXX at i, two where they are a pair; returns the bytes they take, 0 if
 * there are none. */
static size_t unicode_escape(struct span s, size_t i, uint32_t *c)
{
	int32_t high, low;

	if (s.n - i < 6 || s.p[i] != '\\' || s.p[i + 1] != 'u')
		return 0;
	high = hex_at(s, i + 2, 4);
	if (high < 0)
		return 0;
	*c = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return 6;
	low = s.n - i >= 12 && s.p[i + 6] == '\\' && s.p[i + 7] == 'u'
	    ? hex_at(s, i + 8, 4)
	    : -1;
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*c = 0xfffd;
		return 6;
	}
	*c = 0x10000 + (((uint32_t)high - 0xd800) << 10) +
	    ((uint32_t)low - 0xdc00);
	return 12;
}

/* RFC 8259 section 7; false if there is no \u in it. */
static bool from_json(struct buf *b, struct span s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/  \n\r\t";
	bool any = false;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = 0;
		size_t n = unicode_escape(s, i, &c);
		const char *one = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1]
		    ? strchr(from, s.p[i + 1])
		    : NULL;

		if (n) {
			put(b, c);
			any = true;
		} else if (one) {
			buf_addc(b, to[one - from]);
			n = 2;
		} else {
			buf_addc(b, s.p[i]);
			n = 1;
		}
		i += n;
	}
	return any;
}

/* Without those that end no line; false if there is none. */
static bool without_returns(struct buf *b, struct span s)
{
	size_t at = b->len;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\r' || (i + 1 < s.n && s.p[i + 1] == '\n'))
			buf_addc(b, s.p[i]);
	}
	return b->len - at < s.n;
}

/* Add the text that make() makes of the one at from. */
static void add(struct texts *t, struct text from,
    bool (*make)(struct buf *, struct span))
{
	struct buf b = BUF_EMPTY;

	if (make(&b, (struct span){t->chars.data + from.at, from.len})) {
		struct text *text = text_add(t,
		    from.kind == TEXT_MACHINE ? TEXT_MACHINE : TEXT_FIXED);

		buf_addspan(&t->chars, buf_span(&b));
		text->len = b.len;
		text->decoded = true;
	}
	buf_release(&b);
}

static bool has(const struct texts *t, const struct text *text, char c)
{
	return text->len &&
	    memchr(t->chars.data + text->at, c, text->len) != NULL;
}

void text_add_decoded(struct texts *t, bool link)
{
	const struct text text = t->text[t->count - 1];

	if (has(t, &text, '\\'))
		add(t, text, from_json);
	if (has(t, &text, '\r'))
		add(t, text, without_returns);
	if (link && has(t, &text, '%'))
		add(t, text, from_link);
}
