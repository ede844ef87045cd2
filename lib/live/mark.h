/* SPDX-License-Identifier: ISC */
/* The mark of a message that a person released, by which the node knows it
 * again where it reaches its recipient: the last element of the message, with
 * an HMAC under a key of the node's over who is named in it and over what the
 * message says. Servers write a message anew on its way, add to it and leave
 * out of it: so what is covered is what its XML says, not its bytes, element by
 * element, and nothing of what is theirs to add. */
#ifndef LIVE_MARK_H
#define LIVE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"
#include "xml/stanza.h"

enum {
	MARK_TRY = 16,	  /* characters of a try's token */
	MARK_PARTS = 256, /* elements of a message that is marked */
};

/* Characters, not escaped. */
struct mark {
	struct span id;	  /* of the review that released it */
	struct span try;  /* which sending of it this is: its token */
	struct span by;	  /* who released it, */
	struct span rules; /* and the rules by which it was held */
	struct span from, to; /* between whom: bare JIDs */
};

/* Whether a mark covers that child of a message: not what servers add. */
bool mark_covers(const struct stanza *, uint32_t node);

/* Whether a message has no more elements than a mark can cover. */
bool mark_fits(const struct stanza *);

/* Append the mark of the message as an element in canonical form. */
void mark_write(struct buf *, struct digest *, const struct stanza *,
    const struct mark *);

/* Whether there may be a mark in a canonical element: false is sure. */
bool mark_likely(struct span canonical);

/* The first mark behind that node (or at STANZA_NONE, of all), in the order of
 * the document, wherever it is; STANZA_NONE: there is no other. What is inside
 * of a mark is passed over. */
uint32_t mark_next(const struct stanza *, uint32_t behind);

/* Read the mark at a node, and check that it was made under that key for the
 * element it is in. The spans are of the buffer, whose bytes are replaced, and
 * stay until it is changed. */
bool mark_read(struct mark *, struct digest *, const struct stanza *,
    uint32_t node, struct buf *chars);

/* Append the element without its marks; what is left may have an element that
 * is empty in another form than the canonical. */
void mark_strip(struct buf *, const struct stanza *);

#endif
