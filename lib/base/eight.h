/* SPDX-License-Identifier: ISC */
/* Eight bytes at a time, in one word: the first of them is the lowest. */
#ifndef BASE_EIGHT_H
#define BASE_EIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A word of eight bytes c. */
#define EIGHT(c) ((uint64_t)(unsigned char)(c)*UINT64_C(0x0101010101010101))

static inline uint64_t eight_load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/* The high bit of each byte that is zero; of several the lowest is exact,
 * those above a zero may be wrong. */
static inline uint64_t eight_zeros(uint64_t w)
{
	return (w - EIGHT(0x01)) & ~w & EIGHT(0x80);
}

/* Not 0 if one of them is below c, c <= 0x80; the lowest is
 * exact. */
static inline uint64_t eight_below(uint64_t w, unsigned char c)
{
	return (w - EIGHT(c)) & ~w & EIGHT(0x80);
}

/* Whether all of them are hexadecimal digits in lower case. */
static inline bool eight_hex(uint64_t w)
{
	uint64_t digit = (w + EIGHT(0x80 - '0')) & ~(w + EIGHT(0x7f - '9'));
	uint64_t letter = (w + EIGHT(0x80 - 'a')) & ~(w + EIGHT(0x7f - 'f'));

	return !(w & EIGHT(0x80)) &&
	    ((digit | letter) & EIGHT(0x80)) == EIGHT(0x80);
}

/* Which of the eight has the lowest bit that eight_zeros or eight_below
 * found. found is not 0. */
static inline unsigned eight_first(uint64_t found)
{
	return (unsigned)__builtin_ctzll(found) / 8;
}

#endif
