/* SPDX-License-Identifier: ISC */
/* Names of XML. */
#include "xml/name.h"

#include "base/utf8.h"

/* Of ASCII: a bit for each letter and '_'; and for '-', '.' and digits. */
static const uint64_t letters = UINT64_C(0x07fffffe87fffffe); /* from 64 on */
static const uint64_t others = UINT64_C(0x03ff600000000000);  /* below 64 */

static inline bool ascii_start(unsigned char c)
{
	return c >= 64 && letters >> (c - 64) & 1;
}

static inline bool ascii_inner(unsigned char c)
{
	return (c < 64 ? others >> c : letters >> (c - 64)) & 1;
}

bool xmlname_start(uint32_t c)
{
	static const uint32_t range[][2] = {{0xc0, 0xd6}, {0xd8, 0xf6},
	    {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff}, {0x200c, 0x200d},
	    {0x2070, 0x218f}, {0x2c00, 0x2fef}, {0x3001, 0xd7ff},
	    {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};

	if (c < 0x80)
		return ascii_start((unsigned char)c);
	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		if (c <= range[i][1])
			return c >= range[i][0];
	}
	return false;
}

bool xmlname_inner(uint32_t c)
{
	if (c < 0x80)
		return ascii_inner((unsigned char)c);
	return c == 0xb7 || (c >= 0x300 && c <= 0x36f) || c == 0x203f ||
	       c == 0x2040 || xmlname_start(c);
}

size_t xmlname_len(const char *p, size_t len)
{
	size_t n = 0, step;

	while (n < len) {
		unsigned char c = (unsigned char)p[n];

		if (c < 0x80) {
			if (!(n ? ascii_inner(c) : ascii_start(c)))
				break;
			n++;
			continue;
		}
		step = utf8_char(p + n, len - n);
		if (step == 0)
			break;
		if (!(n ? xmlname_inner : xmlname_start)(
			utf8_point(p + n, step)))
			break;
		n += step;
	}
	return n;
}
