/* SPDX-License-Identifier: ISC */
/* Folding characters, by utf8proc. */
#include "lexicon/fold.h"

#include <stdlib.h>

#include <utf8proc.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { PAGE = 256 };

void fold_release(struct fold *f)
{
	for (size_t i = 0; f && i < sizeof(f->page) / sizeof(*f->page); i++) {
		free(f->page[i]);
		f->page[i] = NULL;
	}
}

unsigned char fold_order(uint32_t c)
{
	return (unsigned char)utf8proc_get_property((int32_t)c)
	    ->combining_class;
}

/* Scripts that put no space between words; Hangul does. */
static bool alone(uint32_t c)
{
	static const uint32_t range[][2] = {{0x0e00, 0x0eff}, /* Thai, Lao */
	    {0x1000, 0x109f}, {0x1780, 0x17ff}, /* Myanmar, Khmer */
	    {0x2e80, 0x2fdf}, {0x3005, 0x3007}, {0x3021, 0x3029},
	    {0x3031, 0x312f},                   /* kana, bopomofo */
	    {0x31a0, 0x31bf}, {0x31f0, 0x31ff}, /* their extensions */
	    {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, /* Han */
	    {0xa9e0, 0xa9ff}, {0xaa60, 0xaa7f}, /* Myanmar extended */
	    {0xf900, 0xfaff}, {0x1aff0, 0x1b16f}, {0x20000, 0x3ffff}};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		if (c <= range[i][1])
			return c >= range[i][0];
	}
	return false;
}

/* Not seen, yet not what the library takes for ignorable: DEL and C1 controls
 * (but NEL ends a line), interlinear annotation, and what has the property
 * Default_Ignorable_Code_Point but no character yet. */
static bool unseen(uint32_t c)
{
	return (c >= 0x7f && c <= 0x9f && c != 0x85) ||
	       (c >= 0xfff0 && c <= 0xfffb) || c == 0x2065 ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static enum fold_kind kind_of(uint32_t c)
{
	switch (utf8proc_category((int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return alone(c) ? FOLD_ALONE : FOLD_LETTER;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return FOLD_MARK;
	default:
		return FOLD_GAP;
	}
}

static size_t decompose(uint32_t c, int32_t out[FOLD_MAX], int options)
{
	utf8proc_ssize_t n;

	if (unseen(c))
		return 0;
	n = utf8proc_decompose_char((int32_t)c, out, FOLD_MAX,
	    (utf8proc_option_t)(options | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				UTF8PROC_IGNORE),
	    NULL);
	if (n < 0) {
		out[0] = (int32_t)c;
		n = 1;
	}
	return n < FOLD_MAX ? (size_t)n : FOLD_MAX;
}

size_t fold_decompose(uint32_t c, int32_t out[FOLD_MAX])
{
	return decompose(c, out, 0);
}

/* In Turkish a dotless i is what I is the capital of, and I with a dot that of
 * i; whatever the language, they are one letter in two cases. */
static uint32_t turkish(uint32_t c)
{
	return c == 0x130 || c == 0x131 ? 'i' : c;
}

size_t fold_units(uint32_t c, struct fold_unit out[FOLD_MAX])
{
	int32_t points[FOLD_MAX];
	size_t n = decompose(turkish(c), points, UTF8PROC_CASEFOLD);

	for (size_t i = 0; i < n; i++) {
		uint32_t point = (uint32_t)points[i];

		out[i] = (struct fold_unit){
		    point, kind_of(point), fold_order(point)};
	}
	return n;
}

size_t fold_compose(int32_t *points, size_t n)
{
	utf8proc_ssize_t left =
	    utf8proc_normalize_utf32(points, (utf8proc_ssize_t)n,
		(utf8proc_option_t)(UTF8PROC_COMPOSE | UTF8PROC_STABLE));

	return left < 0 ? n : (size_t)left;
}

/* All second parts of a composition are marks, or Hangul vowels and finals
 * (U+1160 to U+11FF). */
bool fold_boundary(uint32_t c)
{
	return fold_order(c) == 0 && kind_of(c) != FOLD_MARK &&
	       !(c >= 0x1160 && c <= 0x11ff);
}

static bool stable(uint32_t c)
{
	int32_t points[FOLD_MAX];
	size_t n = fold_decompose(c, points);

	return n && turkish(c) == c && fold_boundary((uint32_t)points[0]) &&
	       fold_compose(points, n) == 1 && points[0] == (int32_t)c;
}

static uint32_t look_up(uint32_t c)
{
	struct fold_unit unit[FOLD_MAX];
	size_t n = fold_units(c, unit);
	uint32_t brief = stable(c) ? FOLD_STABLE : 0;

	if (n == 0)
		return brief | FOLD_HIDDEN << FOLD_KIND_SHIFT;
	if (n > 1 || unit[0].order)
		return brief | FOLD_COMPLEX;
	return brief | unit[0].point |
	       (uint32_t)unit[0].kind << FOLD_KIND_SHIFT;
}

uint32_t fold_brief(struct fold *f, uint32_t c)
{
	uint32_t *page;

	if (c / PAGE >= sizeof(f->page) / sizeof(*f->page))
		return look_up(c);
	page = f->page[c / PAGE];
	if (!page) {
		page = mem_alloc(PAGE * sizeof(*page));
		for (uint32_t i = 0; i < PAGE; i++)
			page[i] = look_up(c / PAGE * PAGE + i);
		f->page[c / PAGE] = page;
	}
	return page[c % PAGE];
}

struct mark {
	int32_t point;
	unsigned char order;
	size_t place;
};

static int by_order(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->order != y->order)
		return x->order - y->order;
	return (x->place > y->place) - (x->place < y->place);
}

static bool sorted(const int32_t *points, size_t n)
{
	unsigned char last = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char order = fold_order((uint32_t)points[i]);

		if (order && order < last)
			return false;
		last = order;
	}
	return true;
}

/* Characters without an order (class 0) part the run: nothing goes past
 * them. */
void fold_sort(int32_t *points, size_t n)
{
	struct mark *mark;
	size_t from = 0;

	if (sorted(points, n))
		return;
	mark = mem_resize(NULL, n, sizeof(*mark));
	for (size_t i = 0; i <= n; i++) {
		if (i < n) {
			mark[i] = (struct mark){
			    points[i], fold_order((uint32_t)points[i]), i};
			if (mark[i].order)
				continue;
		}
		qsort(mark + from, i - from, sizeof(*mark), by_order);
		from = i + 1;
	}
	for (size_t i = 0; i < n; i++)
		points[i] = mark[i].point;
	free(mark);
}

void fold_sort_tail(struct buf *b, size_t n)
{
	int32_t *points = mem_resize(NULL, n, sizeof(*points));
	char *p = b->data + b->len - n, *end = b->data + b->len;
	size_t count = 0;

	while (p < end) {
		size_t step = utf8_char(p, (size_t)(end - p));

		points[count++] = (int32_t)utf8_point(p, step);
		p += step;
	}
	fold_sort(points, count);
	p = b->data + b->len - n;
	for (size_t i = 0; i < count; i++)
		p += utf8_put(p, (uint32_t)points[i]);
	free(points);
}
