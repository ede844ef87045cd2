/* SPDX-License-Identifier: ISC */
/* Texts as ASCII. */
#include "lexicon/flat.h"

#include <stdbool.h>
#include <stdlib.h>

#include <unicode/uchar.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "lexicon/fold.h"

static void put(struct flat *f, char c, size_t from)
{
	buf_addc(&f->chars, c);
	if (f->chars.len >= f->from_cap) {
		f->from_cap = f->chars.cap + 1;
		f->from = mem_resize(f->from, f->from_cap, sizeof(*f->from));
	}
	f->from[f->chars.len - 1] = (uint32_t)from;
}

static bool is_letter(uint32_t c)
{
	int digit = u_charDigitValue((UChar32)c);

	return u_isalpha((UChar32)c) || (digit >= 0 && digit <= 9);
}

/* Dashes, minus signs, blanks and full stops of all kinds are ASCII's. */
static char simple(uint32_t c)
{
	int digit = u_charDigitValue((UChar32)c);

	if (c < 0x80)
		return (char)c;
	if (digit >= 0 && digit <= 9)
		return (char)('0' + digit);
	if (c == 0x3002 || c == 0xff61 || c == 0xb7 || c == 0x2022 ||
	    c == 0x30fb)
		return '.';
	if (c == 0x2044 || c == 0x2215)
		return '/';
	if (u_isUWhiteSpace((UChar32)c))
		return c == 0x85 || c == 0x2028 || c == 0x2029 ? '\n' : ' ';
	if (u_charType((UChar32)c) == U_DASH_PUNCTUATION || c == 0x2212)
		return '-';
	return is_letter(c) ? (char)FLAT_LETTER : (char)FLAT_SIGN;
}

/* Marks belong to what is before them. */
static bool is_mark(uint32_t c)
{
	return U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK;
}

/* Most letters that are no ASCII, and never will be. */
static bool plain_letter(uint32_t c)
{
	return (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) ||
	       (c >= 0x388 && c <= 0x481) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x4e00 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7a3);
}

static void put_wide(struct flat *f, uint32_t c, size_t from)
{
	int32_t point[FOLD_MAX];
	size_t n;

	if (plain_letter(c)) {
		put(f, (char)FLAT_LETTER, from);
		return;
	}
	if (u_hasBinaryProperty(
		(UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
		return;
	n = fold_decompose(c, point);
	for (size_t i = 0; i < n; i++) {
		if (!is_mark((uint32_t)point[i]))
			put(f, simple((uint32_t)point[i]), from);
	}
}

/* Only few characters become more than they were, none of them more than 18:
 * the text is cut off where it would be twice as long and a page. */
void flat_make(struct flat *f, struct span text)
{
	enum { MORE = 4096 };
	size_t most = 2 * text.n + MORE, i;

	f->text = f->out = text;
	i = utf8_ascii(text.p, text.n);
	if (i == text.n)
		return;
	buf_reset(&f->chars);
	for (size_t k = 0; k < i; k++)
		put(f, text.p[k], k);
	for (size_t step; i < text.n && f->chars.len < most; i += step) {
		step = utf8_char(text.p + i, text.n - i);
		if (step == 0)
			break;
		if (step == 1 && text.p[i] != 0x7f)
			put(f, text.p[i], i);
		else if (step > 1)
			put_wide(f, utf8_point(text.p + i, step), i);
	}
	put(f, ' ', text.n);
	f->chars.len--;
	f->out = buf_span(&f->chars);
}

void flat_origin(const struct flat *f, size_t *at, size_t *len)
{
	size_t from = *at, to = *at + *len;

	if (f->out.p == f->text.p)
		return;
	*at = f->from[from];
	/* What became several bytes goes whole. */
	while (to > from && to < f->chars.len &&
	    f->from[to] == f->from[to - 1])
		to++;
	*len = f->from[to] - *at;
}

void flat_release(struct flat *f)
{
	if (!f)
		return;
	buf_release(&f->chars);
	free(f->from);
	*f = (struct flat){{NULL, 0}, {NULL, 0}, BUF_EMPTY, NULL, 0};
}
