/* SPDX-License-Identifier: ISC */
/* What a reader takes a character for: a letter, by its shape (Unicode UTS 39,
 * by ICU), whatever marks, script or style it has; or what stands between
 * letters. No foreign library shows here. */
#ifndef LEXICON_GLYPH_H
#define LEXICON_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum glyph_kind {
	GLYPH_HIDDEN, /* not seen, or a mark on what is before it */
	GLYPH_BLANK,
	GLYPH_SIGN,   /* between letters: punctuation, emoji, ... */
	GLYPH_LETTER, /* or a digit */
	GLYPH_ALONE,  /* a word of its own: scripts without spaces */
	GLYPH_SEAM,   /* no character: one text ends, another begins */
};

/* What one can be read as, the first being what it is. Symbols are letters in
 * lower case: a Latin one where it looks like it. */
enum glyph_how {
	READ_SELF,  /* what it is, or exactly looks like */
	READ_LOOK,  /* looks like, as a capital letter may */
	READ_LOOSE, /* resembles, among letters of another script */
	READ_DIGIT, /* a digit or sign that stands for a letter */
	READ_CASE,  /* small l for capital I and the other way round */
};

enum {
	GLYPH_READINGS = 4,
	GLYPH_SYMBOLS = 18, /* of one reading */
};

struct glyph_reading {
	uint32_t at; /* of its symbols */
	unsigned char len, how;
};

enum {
	GLYPH_DIGIT = 1 << 0,
	GLYPH_DISTINCT = 1 << 1, /* no letter of another script looks so */
	GLYPH_SMALL = 1 << 2,    /* its Latin reading is that of a capital */
	GLYPH_LINE = 1 << 3,     /* ends a paragraph */
};

struct glyph {
	unsigned char kind, flags;
	unsigned char script; /* 0: of none, GLYPH_LATIN, or another's */
	unsigned char readings;
	struct glyph_reading reading[GLYPH_READINGS];
};

enum { GLYPH_LATIN = 1, GLYPH_SCRIPTS = 32 };

/* Looked up by pages of 256, each made when first needed. */
struct glyphs;

struct glyphs *glyphs_new(void);
void glyphs_free(struct glyphs *);

/* The glyph of a code point; stays as long as the glyphs. */
const struct glyph *glyph_of(struct glyphs *, uint32_t point);

/* The symbols of a reading. */
const uint32_t *glyph_symbols(
    const struct glyphs *, const struct glyph_reading *);

#endif
