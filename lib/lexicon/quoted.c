/* SPDX-License-Identifier: ISC */
/* Foreign text in quotes. */
#include "lexicon/quoted.h"

#include <unicode/uchar.h>

#include "base/utf8.h"

/* What shows nothing, changes what is around it, or would end a reason. */
static bool escaped(uint32_t c)
{
	switch (u_charType((UChar32)c)) {
	case U_CONTROL_CHAR:
	case U_FORMAT_CHAR:
	case U_SURROGATE:
	case U_PRIVATE_USE_CHAR:
	case U_UNASSIGNED:
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_COMBINING_SPACING_MARK:
	case U_LINE_SEPARATOR:
	case U_PARAGRAPH_SEPARATOR:
		return true;
	case U_SPACE_SEPARATOR:
		return c != ' ';
	default:
		return c == ';' || u_hasBinaryProperty((UChar32)c,
				       UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
	}
}

void quoted_plain(struct buf *b, struct span s, size_t most)
{
	for (size_t i = 0, step; i < s.n; i += step) {
		uint32_t c;

		step = utf8_char(s.p + i, s.n - i);
		c = step ? utf8_point(s.p + i, step) : 0xfffd;
		step += !step;
		if (i + step > most) {
			buf_adds(b, "...");
			break;
		}
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", (char)c);
		else if (escaped(c))
			buf_addf(b, "\\u{%x}", (unsigned)c);
		else
			buf_add(b, s.p + i, step);
	}
}

void quoted_add(struct buf *b, struct span s, size_t most)
{
	buf_addc(b, '"');
	quoted_plain(b, s, most);
	buf_addc(b, '"');
}
