/* SPDX-License-Identifier: ISC */
/* Reading a strip as a reader does who wants to see a word in it: which
 * entries of a tree of spellings can be read, and where. */
#ifndef LEXICON_WALK_H
#define LEXICON_WALK_H

#include "lexicon/spell.h"

/* What a unit is taken for, on the way to what was found. */
enum { WALK_OVER = 254, WALK_AGAIN = 255 }; /* else the reading's number */

struct walk_found {
	const struct spell_end *end;
	size_t first, last; /* its units, last not among them */
};

struct walk {
	const struct spell *spell;
	const struct glyphs *glyphs;
	const struct strip *strip;
	void (*found)(void *context, const struct walk_found *);
	void *context;
	unsigned char *taken; /* of each unit from first to last; good while
			       * found runs */
	/* The walk's own: */
	size_t taken_cap;
	size_t steps;
	size_t first;
	unsigned words[GLYPH_SCRIPTS]; /* how many can be of one script only */
	bool foreign; /* there are letters of other scripts among Latin ones */
};

enum { WALK_STEPS = 64, WALK_MORE = 16 * 1024 };

/* Call found for every entry that can be read, from units in that range on.
 * False if it took more than WALK_STEPS steps for each unit of the strip and
 * WALK_MORE, so that there may be more. */
bool walk_strip(struct walk *, size_t from, size_t to);

void walk_release(struct walk *);

/* walk-word.c, for walk.c: what one word has been read from so far. */
struct walk_word {
	uint32_t first; /* its first unit */
	uint32_t letters, digits, scripts;
	uint32_t piece, pieces, longs, longer, signs, blanks;
	uint32_t places; /* where letters stand more often */
	uint32_t plain;	 /* letters of the piece that are no digits or signs */
	uint32_t numbers; /* pieces that have none */
	bool thrice, odd, loose, small;
};

/* A piece of a word ends: its letters stand together. */
void walk_piece(struct walk_word *);

/* Whether a reader would take what was read, up to that unit, for one word. */
bool walk_word_holds(
    const struct walk *, const struct walk_word *, size_t last);

/* Count a letter that stands once more than it is spelt. */
void walk_again(
    const struct walk *, struct walk_word *, size_t unit, size_t run);

/* Whether at that unit the reading is open to a reader at all. */
bool walk_may_read(const struct walk *, size_t unit,
    const struct glyph_reading *);

/* Whether the signs from one unit to another are in a word, if they can be;
 * piece: letters in front of them. */
bool walk_may_join(
    const struct walk *, size_t from, size_t to, const struct walk_word *);

/* Whether words each of one script, that the entry is not of, are read as it
 * here; small: of those, where that is only by letters like small capitals. */
bool walk_script_holds(const struct walk *, uint32_t whole, uint32_t small,
    uint32_t entry);

#endif
