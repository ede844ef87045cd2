/* SPDX-License-Identifier: ISC */
/* A text as ASCII, for what is made of ASCII: digits of any script and letters
 * of any style as such, without what cannot be seen; and the way back. */
#ifndef LEXICON_FLAT_H
#define LEXICON_FLAT_H

#include <stdint.h>

#include "base/buf.h"

/* Bytes for characters that ASCII has not. */
enum { FLAT_LETTER = 0x80, FLAT_SIGN = 0x81 };

/* A zeroed struct is a valid empty one. */
struct flat {
	struct span text; /* as it was */
	struct span out;  /* the same bytes, if all of it is ASCII */
	struct buf chars;
	uint32_t *from; /* of each byte of chars and the end, where in text */
	size_t from_cap;
};

/* Make it of a text (UTF-8, at most 4 GiB), whose bytes must stay. */
void flat_make(struct flat *, struct span text);
void flat_release(struct flat *);

/* The bytes of the text that these of out stand for. */
void flat_origin(const struct flat *, size_t *at, size_t *len);

#endif
