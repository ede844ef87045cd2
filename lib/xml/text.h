/* SPDX-License-Identifier: ISC */
/* What a stanza says to people: its texts, as a policy's "body" sees them,
 * and putting other words in their place. */
#ifndef XML_TEXT_H
#define XML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "xml/stanza.h"

/* What a text is. */
enum text_kind {
	TEXT_WORDS, /* what a person reads or typed, and what nobody knows */
	TEXT_FIXED, /* likewise, but no other words can stand there: a link, a
		     * nick in an address, what is only there once decoded */
	TEXT_MACHINE, /* a field for machines: an id, a size, a key */
};

/* One text: unescaped, UTF-8. All character data of the stanza is in one of
 * them, whatever the element, and each attribute that carries words (reason,
 * name, nick, label, title, alt, desc, filename) or a link (href, src, uri,
 * url, target; none of the root's) is one, as is the nick in a room's address.
 *
 * What is directly in an element is one text; its child elements have texts of
 * their own. Inline elements of XHTML-IM (XEP-0071) belong to the text around
 * them: "ev<b>ery</b>thing" is one word. Its blocks and <br/> end a word: in
 * their place the text has a line feed that is in no piece. Of other elements
 * in the middle of a text it is not known how it will be shown: then there are
 * two texts of the same pieces, one joined, one with line feeds.
 *
 * Behind a text with the escapes of JSON, or of a link, or with carriage
 * returns that end no line, is what it says without these, of no piece. */
struct text {
	size_t at, len;	      /* in texts.chars */
	size_t piece, pieces; /* the nodes or the attribute it is made of */
	enum text_kind kind;
	bool decoded; /* the text before says it in another form */
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
	bool sent; /* to be set: the stanza is one that a user sends, and if it
		    * goes to a room, the nick is in its 'to' */
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

/* Leave out what is in fields for machines and, if what is left will be looked
 * at again, what is in another form of a text that is cut. False if a cut
 * cannot be made: it is in a text that is fixed, or would leave a part of a
 * link. */
bool cuts_settle(struct cuts *, const struct texts *, bool again);
void cuts_release(struct cuts *);

/* Append the stanza, which data is the bytes of, with each cut place (in any
 * order; overlapping ones count as one, empty ones as none) replaced by the
 * characters of with, which XML must allow and which may be none. A cut over
 * several pieces is replaced where it begins. The result is canonical again.
 * Returns how many places were replaced. */
size_t texts_replace(const struct texts *, struct span data,
    const struct cuts *, struct span with, struct buf *out);

#endif
