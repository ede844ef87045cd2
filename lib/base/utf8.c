/* SPDX-License-Identifier: ISC */
/* UTF-8 and XML characters. */
#include "base/utf8.h"

#include "base/eight.h"

static bool tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_char(const char *p, size_t len)
{
	unsigned char a = (unsigned char)p[0];
	unsigned char b = len > 1 ? (unsigned char)p[1] : 0;

	if (a < 0x80)
		return 1;
	if (a < 0xc2 || a > 0xf4 || len < 2 || !tail(p[1]))
		return 0;
	if (a < 0xe0)
		return 2;
	if (len < 3 || !tail(p[2]))
		return 0;
	if (a < 0xf0) {
		bool overlong = a == 0xe0 && b < 0xa0;
		bool surrogate = a == 0xed && b > 0x9f;

		return overlong || surrogate ? 0 : 3;
	}
	if (len < 4 || !tail(p[3]) || (a == 0xf0 && b < 0x90) ||
	    (a == 0xf4 && b > 0x8f))
		return 0;
	return 4;
}

uint32_t utf8_point(const char *p, size_t step)
{
	const unsigned char *u = (const unsigned char *)p;

	switch (step) {
	case 1:
		return u[0];
	case 2:
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	case 3:
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 |
		    (u[2] & 0x3fu);
	default:
		return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 |
		    (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
	}
}

size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t utf8_ascii(const char *p, size_t len)
{
	size_t i = 0;

	while (len - i >= 8 && !(eight_load(p + i) & EIGHT(0x80)))
		i += 8;
	while (i < len && !(p[i] & 0x80))
		i++;
	return i;
}

/* Bits in which any of eight bytes is not in 0x20..0x7f. */
static inline uint64_t not_plain8(const char *p)
{
	uint64_t w = eight_load(p);

	return (w | (w - EIGHT(0x20))) & EIGHT(0x80);
}

/* How many bytes p begins with, in steps, that are in 0x20..0x7f. */
static inline size_t plain(const char *p, size_t len)
{
	size_t i = 0;

	while (len - i >= 32 && !(not_plain8(p + i) | not_plain8(p + i + 8) |
				    not_plain8(p + i + 16) |
				    not_plain8(p + i + 24)))
		i += 32;
	while (len - i >= 8 && !not_plain8(p + i))
		i += 8;
	return i;
}

/* breaks: CR and LF are allowed. */
static size_t valid(const char *p, size_t len, bool breaks)
{
	size_t i = 0, step;

	while (i < len) {
		unsigned char c;

		i += plain(p + i, len - i);
		if (i == len)
			break;
		c = (unsigned char)p[i];
		if (c < 0x80) {
			if (c < 0x20 && c != '\t' &&
			    !(breaks && (c == '\n' || c == '\r')))
				return i;
			i++;
			continue;
		}
		step = utf8_char(p + i, len - i);
		/* U+FFFE and U+FFFF are no XML characters. */
		if (step == 0 ||
		    (c == 0xef && (unsigned char)p[i + 1] == 0xbf &&
			(unsigned char)p[i + 2] >= 0xbe))
			return i;
		i += step;
	}
	return len;
}

size_t utf8_xml(const char *p, size_t len)
{
	return valid(p, len, true);
}

size_t utf8_line(const char *p, size_t len)
{
	return valid(p, len, false);
}
