/* SPDX-License-Identifier: ISC */
/* Latin letters in other forms, by their names in Unicode: small capitals,
 * regional indicators, enclosed, turned, with a hook. */
#include <string.h>

#include <unicode/uchar.h>

#include "lexicon/glyph-internal.h"

enum { NAME_MAX_LEN = 128 };

/* What is behind one of these is the letter. */
static const char *const heads[] = {"LATIN SMALL LETTER ",
    "LATIN CAPITAL LETTER ", "LATIN LETTER SMALL CAPITAL ", "LATIN LETTER ",
    "MODIFIER LETTER SMALL CAPITAL ", "MODIFIER LETTER SMALL ",
    "MODIFIER LETTER CAPITAL ", "LATIN SUBSCRIPT SMALL LETTER ",
    "REGIONAL INDICATOR SYMBOL LETTER ",
    "NEGATIVE CIRCLED LATIN CAPITAL LETTER ",
    "NEGATIVE SQUARED LATIN CAPITAL LETTER ",
    "CROSSED NEGATIVE SQUARED LATIN CAPITAL LETTER ",
    "SQUARED LATIN CAPITAL LETTER ", "CIRCLED LATIN CAPITAL LETTER ",
    "CIRCLED LATIN SMALL LETTER ", "PARENTHESIZED LATIN CAPITAL LETTER ",
    "TORTOISE SHELL BRACKETED LATIN CAPITAL LETTER "};

static const char *const forms[] = {"TURNED ", "REVERSED ", "SIDEWAYS ",
    "OPEN ", "INVERTED ", "DOTLESS ", "LONG ", "SCRIPT ", "BARRED ",
    "STRETCHED ", "TAILLESS ", "INSULAR ", "CLOSED ", "HALF ", "BLACKLETTER ",
    "LONG-LEGGED ", "EGYPTOLOGICAL ", "TOP HALF ", "SMALL "};

static const char *step_over(const char *name, const char *const *heads_of,
    size_t count, bool *found)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(heads_of[i]);

		if (strncmp(name, heads_of[i], n) == 0) {
			*found = true;
			return name + n;
		}
	}
	*found = false;
	return name;
}

uint32_t glyph_named(uint32_t c)
{
	char text[NAME_MAX_LEN];
	const char *name = text;
	UErrorCode e = U_ZERO_ERROR;
	bool found;

	u_charName((UChar32)c, U_UNICODE_CHAR_NAME, text, sizeof(text), &e);
	if (U_FAILURE(e))
		return 0;
	name = step_over(
	    name, heads, sizeof(heads) / sizeof(*heads), &found);
	if (!found)
		return 0;
	while (found)
		name = step_over(
		    name, forms, sizeof(forms) / sizeof(*forms), &found);
	if (strcmp(name, "KRA") == 0)
		return 'k';
	if (name[0] < 'A' || name[0] > 'Z' ||
	    (name[1] && strncmp(name + 1, " WITH ", 6) != 0))
		return 0;
	return (uint32_t)(name[0] - 'A' + 'a');
}
