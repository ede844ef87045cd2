/* SPDX-License-Identifier: ISC */
/* What of a text a terminal may be shown. */
#include "journal/printable.h"

#include <utf8proc.h>

#include "base/utf8.h"

bool printable_hidden(uint32_t point)
{
	if (point >= 0x20 && point < 0x7f)
		return false;
	switch (utf8proc_category((utf8proc_int32_t)point)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	case UTF8PROC_CATEGORY_CF:
		return point != 0x200c && point != 0x200d;
	default:
		return false;
	}
}

size_t printable_plain(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '"' &&
	    s.p[i] != '\\')
		i++;
	return i;
}

static size_t columns(uint32_t point)
{
	int width;

	/* What this Unicode table has no name for yet is seen all the same. */
	if (utf8proc_category((utf8proc_int32_t)point) ==
	    UTF8PROC_CATEGORY_CN)
		return 1;
	width = utf8proc_charwidth((utf8proc_int32_t)point);
	return width > 0 ? (size_t)width : 0;
}

size_t printable_char(struct buf *b, const char *p, size_t step)
{
	uint32_t point = utf8_point(p, step);
	size_t before = b->len;

	if (printable_hidden(point)) {
		buf_addf(b, "<U+%04X>", (unsigned)point);
		return b->len - before;
	}
	buf_add(b, p, step);
	return point < 0x7f ? 1 : columns(point);
}

size_t printable_text(struct buf *b, struct span s)
{
	size_t width = 0, step;

	for (size_t i = 0; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (step == 0)
			break;
		width += printable_char(b, s.p + i, step);
	}
	return width;
}
