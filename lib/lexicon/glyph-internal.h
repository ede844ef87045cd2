/* SPDX-License-Identifier: ISC */
/* What the characters of a page look like, found out once; for glyph.c. */
#ifndef LEXICON_GLYPH_INTERNAL_H
#define LEXICON_GLYPH_INTERNAL_H

#include "lexicon/glyph.h"

struct guess {
	uint32_t symbol[GLYPH_SYMBOLS];
	unsigned char len, how;
};

enum { GUESSES = 6 };

struct guesses {
	unsigned char kind, flags, script;
	size_t count;
	struct guess guess[GUESSES];
};

struct shapes;

struct shapes *shapes_new(void);
void shapes_free(struct shapes *);

/* Look up the skeletons of a page's characters. */
void shapes_page(struct shapes *, uint32_t first, uint32_t count);

/* All that one of them can be read as. */
void shapes_guess(struct shapes *, uint32_t point, struct guesses *);

/* glyph-names.c: the Latin letter (a to z) that the character's name in
 * Unicode says it is a form of ("REGIONAL INDICATOR SYMBOL LETTER B"), or 0. */
uint32_t glyph_named(uint32_t point);

/* glyph-tables.c: what else a folded letter, a digit or a sign can be read as;
 * a letter each, "" if nothing. */
const char *glyph_loose(uint32_t point);
const char *glyph_digit(uint32_t point);

#endif
