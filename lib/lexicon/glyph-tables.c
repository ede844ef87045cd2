/* SPDX-License-Identifier: ISC */
/* Readings that no standard has: what people write for a letter to hide it. */
#include "lexicon/glyph-internal.h"

struct row {
	uint32_t point;
	const char *letters;
};

static const char *look_up(const struct row *row, size_t n, uint32_t point)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (row[middle].point == point)
			return row[middle].letters;
		if (row[middle].point < point)
			low = middle + 1;
		else
			n = middle;
	}
	return "";
}

/* Letters of other scripts that are set among Latin ones, by shape ("faux
 * Cyrillic") and by sound; folded. */
const char *glyph_loose(uint32_t point)
{
	static const struct row rows[] = {{0x3b1, "a"}, {0x3b2, "b"},
	    {0x3b3, "gy"}, {0x3b4, "do"}, {0x3b5, "e"}, {0x3b6, "z"},
	    {0x3b7, "nh"}, {0x3b8, "o"}, {0x3b9, "i"}, {0x3ba, "k"},
	    {0x3bb, "la"}, {0x3bc, "mu"}, {0x3bd, "vn"}, {0x3be, "ex"},
	    {0x3bf, "o"}, {0x3c0, "pn"}, {0x3c1, "pr"}, {0x3c2, "sc"},
	    {0x3c3, "so"}, {0x3c4, "t"}, {0x3c5, "uy"}, {0x3c6, "fo"},
	    {0x3c7, "x"}, {0x3c8, "y"}, {0x3c9, "wo"}, {0x430, "a"},
	    {0x431, "b"}, {0x432, "bv"}, {0x433, "rg"}, {0x434, "da"},
	    {0x435, "e"}, {0x436, "x"}, {0x437, "ze"}, {0x438, "ni"},
	    {0x439, "ni"}, {0x43a, "k"}, {0x43b, "ln"}, {0x43c, "m"},
	    {0x43d, "hn"}, {0x43e, "o"}, {0x43f, "pn"}, {0x440, "rp"},
	    {0x441, "sc"}, {0x442, "t"}, {0x443, "uy"}, {0x444, "fo"},
	    {0x445, "x"}, {0x446, "uc"}, {0x447, "y"}, {0x448, "w"},
	    {0x449, "w"}, {0x44a, "b"}, {0x44b, "b"}, {0x44c, "b"},
	    {0x44d, "e"}, {0x44f, "r"}, {0x454, "e"}, {0x457, "i"},
	    {0x459, "l"}, {0x45a, "n"}};

	return look_up(rows, sizeof(rows) / sizeof(*rows), point);
}

const char *glyph_digit(uint32_t point)
{
	static const struct row rows[] = {{'!', "il"}, {'$', "s"}, {'(', "c"},
	    {'+', "t"}, {'0', "o"}, {'1', "il"}, {'2', "z"}, {'3', "e"},
	    {'4', "a"}, {'5', "s"}, {'6', "gb"}, {'7', "t"}, {'8', "b"},
	    {'9', "gq"}, {'@', "a"}, {'|', "li"}, {0xa1, "i"}, {0xa2, "c"},
	    {0xa3, "l"}, {0xa5, "y"}, {0xa7, "s"}, {0xa9, "c"}, {0xae, "r"},
	    {0xd7, "x"}, {0x20ac, "e"}};

	return look_up(rows, sizeof(rows) / sizeof(*rows), point);
}
