/* SPDX-License-Identifier: ISC */
/* Base64 in texts. */
#include "lexicon/base64.h"

#include <string.h>

#include "base/utf8.h"

enum { LINE_MIN = 60 };

/* The six bits of a character, and one more; 0: it is of no alphabet. */
static const unsigned char sixes[256] = {
    ['+'] = 63, ['-'] = 63, ['/'] = 64, ['_'] = 64,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
    19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42,
    43, 44, 45, 46, 47, 48, 49, 50, 51, 52};

static inline int six(char c)
{
	return sixes[(unsigned char)c] - 1;
}

static size_t run(struct span s, size_t i)
{
	size_t from = i;

	while (i < s.n && six(s.p[i]) >= 0)
		i++;
	return i - from;
}

/* The run that begins at i, over the ends of full lines, with its padding. */
static size_t lines(struct span s, size_t i)
{
	size_t from = i, n = run(s, i);

	for (i += n; n >= LINE_MIN && n % 4 == 0;) {
		size_t next = i;

		while (next < s.n && (s.p[next] == '\n' || s.p[next] == '\r'))
			next++;
		if (next == i)
			break;
		n = run(s, next);
		if (n == 0)
			break;
		i = next + n;
	}
	for (n = 0; n < 2 && i < s.n && s.p[i] == '='; n++)
		i++;
	return i - from;
}

/* False once it is seen that this is no text. */
static bool decode(struct span s, struct buf *out)
{
	unsigned bits = 0, have = 0;

	buf_reset(out);
	for (size_t i = 0; i < s.n; i++) {
		int value = six(s.p[i]);

		if (value < 0)
			continue;
		bits = bits << 6 | (unsigned)value;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_addc(out, (char)(bits >> have & 0xff));
		if ((unsigned char)out->data[out->len - 1] < ' ' &&
		    !strchr("\t\n\r", out->data[out->len - 1]))
			return false;
	}
	return out->len && utf8_xml(out->data, out->len) == out->len;
}

bool base64_next(struct span s, size_t *at, size_t *len, struct buf *out)
{
	for (size_t i = *at; i < s.n; i += *len) {
		*len = 1;
		if (six(s.p[i]) < 0)
			continue;
		*len = lines(s, i);
		if (*len < BASE64_MIN ||
		    !decode((struct span){s.p + i, *len}, out))
			continue;
		*at = i;
		return true;
	}
	return false;
}
