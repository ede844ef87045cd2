/* SPDX-License-Identifier: ISC */
/* A strip as a text again, for regular expressions: in small letters, what
 * looks like a Latin letter being one, without what hides a word. */
#ifndef LEXICON_SKELETON_H
#define LEXICON_SKELETON_H

#include "base/buf.h"
#include "lexicon/strip.h"

/* Where a strip can be read in two ways there are two texts: */
enum {
	SKELETON_ELL = 1 << 0,    /* 1 and I are l, else i */
	SKELETON_JOINED = 1 << 1, /* without signs between letters */
	SKELETON_APART = 1 << 2,  /* a blank at each seam */
	SKELETON_LOOSE = 1 << 3,  /* letters of other scripts among Latin ones
				   * are what they resemble */
	SKELETONS = 1 << 4,
};

/* A zeroed struct is a valid empty one. */
struct skeleton {
	struct buf out;
	uint32_t *unit; /* of each byte of out */
	size_t unit_cap;
	unsigned ways; /* those of the above that make another text */
};

/* Make that text; replaces what was there. */
void skeleton_make(struct skeleton *, const struct strip *,
    const struct glyphs *, unsigned how);
void skeleton_release(struct skeleton *);

#endif
