/* SPDX-License-Identifier: ISC */
/* Percent-encoding. */
#include "base/percent.h"

#include "base/hex.h"

void percent_decode(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool triplet = s.p[i] == '%' && s.n - i > 2;
		int high = triplet ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		buf_addc(b, low >= 0 ? (char)(high * 16 + low) : s.p[i]);
		i += low >= 0 ? 2 : 0;
	}
}

void percent_encode(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '%')
			buf_addf(b, "%%%02X", c);
		else
			buf_addc(b, s.p[i]);
	}
}
