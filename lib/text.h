/* SPDX-License-Identifier: ISC */
/* What a stanza says to people: its texts, as a policy's "body" sees them,
 * and putting other words in their place. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "stanza.h"

/* One text: unescaped, UTF-8. All character data of the stanza is in one of
 * them, whatever the element, and each attribute that carries words (reason,
 * name, nick, label, title, alt, desc; not the root's) is one.
 *
 * What is directly in an element is one text; its child elements have texts of
 * their own. Inline elements of XHTML-IM (XEP-0071) belong to the text around
 * them: "ev<b>ery</b>thing" is one word. Its blocks and <br/> end a word: in
 * their place the text has a line feed that is in no piece. Of other elements
 * in the middle of a text it is not known how it will be shown: then there are
 * two texts of the same pieces, one joined, one with line feeds. */
struct text {
	size_t at, len;		/* in texts.chars */
	size_t piece, pieces;	/* the nodes or the attribute it is made of */
};

struct text_piece {
	struct span raw;  /* escaped, in the stanza */
	size_t at, len;	  /* unescaped, in texts.chars */
	int attribute;	  /* it is an attribute's value */
	int alone;	  /* it is all that its element holds */
};

/* A zeroed struct is a valid empty one. */
struct texts {
	struct buf chars;
	struct text *text;
	size_t count, cap;
	struct text_piece *piece;
	size_t pieces, piece_cap;
};

/* Collect the texts of a stanza; replaces what was there, keeps the memory.
 * The stanza and its bytes must stay as long as the texts are used. */
void texts_collect(struct texts *, const struct stanza *);
void texts_release(struct texts *);

struct span texts_at(const struct texts *, size_t i);

/* A place in a text. */
struct cut {
	size_t text;	/* its number */
	size_t at, len; /* bytes in that text */
};

struct cuts {
	struct cut *cut;
	size_t count, cap;
};

void cuts_add(struct cuts *, struct cut);
void cuts_release(struct cuts *);

/* Append the stanza, which data is the bytes of, with each cut place (in any
 * order; overlapping ones count as one, empty ones as none) replaced by the
 * characters of with, which XML must allow and which may be none. A cut over
 * several pieces is replaced where it begins. The result is canonical again.
 * Returns how many places were replaced. */
size_t texts_replace(const struct texts *, struct span data,
    const struct cuts *, struct span with, struct buf *out);

#endif
