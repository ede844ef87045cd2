/* SPDX-License-Identifier: ISC */
/* PRECIS, by the tables of utf8proc. */
#include "xml/precis.h"

#include <stdint.h>
#include <stdlib.h>

#include <utf8proc.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { UNITS = 32, POINT_BYTES = 4 };

static bool old_jamo(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x11ff) || (c >= 0xa960 && c <= 0xa97c) ||
	    (c >= 0xd7b0 && c <= 0xd7fb);
}

static bool noncharacter(uint32_t c)
{
	return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

/* RFC 8264 section 9.6: exceptions, and what is valid by its context. */
static bool exception(uint32_t c)
{
	static const uint32_t points[] = {0xb7, 0xdf, 0x375, 0x3c2, 0x5f3,
	    0x5f4, 0x6fd, 0x6fe, 0xf0b, 0x3007, 0x30fb};

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		if (points[i] == c)
			return true;
	}
	return false;
}

static bool identifier(uint32_t c)
{
	const utf8proc_property_t *p = utf8proc_get_property((int32_t)c);

	if (c < 0x80)
		return c > 0x20 && c < 0x7f;
	if (exception(c))
		return true;
	if (old_jamo(c) || p->ignorable || p->decomp_type)
		return false;
	switch (p->category) {
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

/* Joiners make one of several emoji, and so are in nicks. */
static bool freeform(uint32_t c)
{
	const utf8proc_property_t *p = utf8proc_get_property((int32_t)c);

	if (c < 0x80)
		return c >= 0x20 && c < 0x7f;
	if (old_jamo(c) || noncharacter(c))
		return false;
	if (p->ignorable)
		return c == 0x200c || c == 0x200d ||
		    (c >= 0xfe00 && c <= 0xfe0f) ||
		    (c >= 0xe0020 && c <= 0xe007f);
	switch (p->category) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	default:
		return true;
	}
}

/* Append the point as its mapping: its own width, and lower case. */
static void fold_point(struct buf *b, uint32_t c)
{
	int kind = utf8proc_get_property((int32_t)c)->decomp_type;
	int32_t points[UNITS] = {(int32_t)c};
	utf8proc_ssize_t n = 1;

	if (kind == UTF8PROC_DECOMP_TYPE_WIDE ||
	    kind == UTF8PROC_DECOMP_TYPE_NARROW)
		n = utf8proc_decompose_char((int32_t)c, points, UNITS,
		    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, NULL);
	for (utf8proc_ssize_t i = 0; i < n && i < UNITS; i++) {
		int32_t lower = utf8proc_tolower(points[i]);

		(void)buf_room(b, POINT_BYTES);
		b->len += utf8_put(b->data + b->len, (uint32_t)lower);
	}
}

static void space_point(struct buf *b, uint32_t c)
{
	if (utf8proc_category((int32_t)c) == UTF8PROC_CATEGORY_ZS)
		c = ' ';
	(void)buf_room(b, POINT_BYTES);
	b->len += utf8_put(b->data + b->len, c);
}

static bool all(struct span s, bool (*allowed)(uint32_t))
{
	for (size_t i = 0, step; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (!step || !allowed(utf8_point(s.p + i, step)))
			return false;
	}
	return true;
}

static void compose(struct buf *b, struct span s)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p,
	    (utf8proc_ssize_t)s.n, &out, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (n == UTF8PROC_ERROR_NOMEM)
		mem_exhausted();
	if (n >= 0)
		buf_add(b, (const char *)out, (size_t)n);
	else
		buf_addspan(b, s);
	free(out);
}

static bool prepare(struct buf *b, struct span s,
    void (*map)(struct buf *, uint32_t), bool (*allowed)(uint32_t))
{
	struct buf mapped = BUF_EMPTY;
	size_t at = b->len, step = 1;
	bool ok;

	for (size_t i = 0; i < s.n && step; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (step)
			map(&mapped, utf8_point(s.p + i, step));
	}
	ok = step && mapped.len;
	if (ok)
		compose(b, buf_span(&mapped));
	if (ok && allowed)
		ok = all((struct span){b->data + at, b->len - at}, allowed);
	if (!ok)
		b->len = at;
	buf_release(&mapped);
	return ok;
}

bool precis_username(struct buf *b, struct span s)
{
	return prepare(b, s, fold_point, identifier);
}

bool precis_opaque(struct buf *b, struct span s)
{
	return prepare(b, s, space_point, freeform);
}

bool precis_domain(struct buf *b, struct span s)
{
	return prepare(b, s, fold_point, NULL);
}
