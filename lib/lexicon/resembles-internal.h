/* SPDX-License-Identifier: ISC */
/* How texts are gone through; for the resembles files. */
#ifndef LEXICON_RESEMBLES_INTERNAL_H
#define LEXICON_RESEMBLES_INTERNAL_H

#include "lexicon/resembles.h"
#include "lexicon/skeleton.h"
#include "lexicon/walk.h"

enum { ALL_SETS = -1 };

/* A place where an entry was read. */
struct sight {
	size_t set;
	const struct strip *strip;
	const struct walk *walk;	/* NULL: by a regular expression */
	const struct walk_found *found; /* likewise */
	struct span read;		/* what it was read as */
	struct span bytes;		/* of the strip's text */
	bool base64;			/* that text was in base64 */
};

typedef void sight_fn(void *context, const struct sight *);

struct resembles {
	struct lexicon *lexicon;
	struct glyphs *glyphs;
	struct spell spell;
	struct strip strip;
	struct walk walk;
	struct skeleton skeleton;
	struct buf decoded, joined;
	bool *uses; /* whether a set is one of ours */
	size_t sets;
	const struct texts *texts;
	const size_t *part;
	size_t parts;
	/* Of each text and set two bits, found and tried, and a set more that
	 * says of the text whether it was gone through, and not to its end. */
	unsigned char *known;
	size_t known_cap;
	bool cleared, joins;
	bool hides; /* there is base64 in the texts */
};

/* Go through a text (not the parts together) for all sets' words, or for all
 * entries of one set; where each place is in the text is what the callback
 * makes of strip and base64 (at, len). False if it is too much. */
bool resembles_scan(struct resembles *, long set, struct span text,
    void (*found)(void *context, const struct sight *, size_t at, size_t len),
    void *context);

/* Go through texts that follow one another, for what goes from one to the
 * next: first and last are the numbers of the texts, from and to bytes in
 * the first and the last. */
struct joint {
	size_t first, last, from, to;
};
bool resembles_join(struct resembles *, long set, const struct span *text,
    size_t count,
    void (*found)(void *context, const struct sight *, const struct joint *),
    void *context);

/* resembles-tell.c: append what was seen, as what. */
void resembles_seen(struct buf *, const struct sight *);
void resembles_steps(
    struct resembles *, struct buf *, const struct sight *, int indent);

#endif
