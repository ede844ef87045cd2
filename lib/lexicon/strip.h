/* SPDX-License-Identifier: ISC */
/* A text as the row of glyphs that a reader sees, in the order in which they
 * are shown, and the way back to its bytes. */
#ifndef LEXICON_STRIP_H
#define LEXICON_STRIP_H

#include "base/span.h"
#include "lexicon/glyph.h"

/* A character that is seen, with what is hidden behind it. */
struct strip_unit {
	const struct glyph *glyph;
	uint32_t from, to; /* its bytes in the text */
};

/* A zeroed struct is a valid empty one. */
struct strip {
	struct span text;
	struct strip_unit *unit;
	size_t count, cap;
	bool turned; /* not all are in the order of the text */
	bool wide;   /* not all is ASCII */
	unsigned char *level; /* of each unit, while it is made */
	size_t level_cap;
};

/* Make the strip of a text (UTF-8, at most 4 GiB), whose bytes must stay. A
 * seam is put in before each of the offsets. */
void strip_make(struct strip *, struct glyphs *, struct span text,
    const size_t *seam, size_t seams);
void strip_release(struct strip *);

/* The code point of a unit that is no seam. */
uint32_t strip_point(const struct strip *, size_t unit);

/* The bytes that the units from first to before last take up. */
struct span strip_bytes(const struct strip *, size_t first, size_t last);

static inline bool strip_is_letter(const struct strip *s, size_t i)
{
	return i < s->count && (s->unit[i].glyph->kind == GLYPH_LETTER ||
				   s->unit[i].glyph->kind == GLYPH_ALONE);
}

/* Whether a word may begin at, or end before, this place. */
static inline bool strip_edge(const struct strip *s, size_t i)
{
	return i == 0 || i == s->count ||
	    s->unit[i - 1].glyph->kind != GLYPH_LETTER ||
	    s->unit[i].glyph->kind != GLYPH_LETTER;
}

#endif
