/* SPDX-License-Identifier: ISC */
/* Where the elements of an XMPP stream begin and end: a byte scanner that
 * takes chunks of any size, never looks at a byte twice, and enforces size,
 * depth and number of attributes before any parser sees the bytes. It frames
 * and refuses (RFC 6120 section 11.1); whether an element is well-formed is
 * for xml.h to say. */
#ifndef XML_SCAN_H
#define XML_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "xml/oversize.h"
#include "xml/stanza.h"

enum scan_item {
	SCAN_MORE,	  /* nothing is whole: more bytes are needed */
	SCAN_HEADER,	  /* the start tag of a stream, to be proved one */
	SCAN_ELEMENT,	  /* an element of the stream's first level */
	SCAN_FOOTER,	  /* an end tag outside of any element */
	SCAN_DECLARATION, /* <?xml ...?> outside of any element */
	SCAN_OVERSIZE,	  /* an element of more than limit bytes: over */
	SCAN_FAULT,	  /* something forbidden, skipped: why and fault_at */
	/* Of a recording alone; the element goes on unless the caller says
	 * otherwise, and item is the tag, as long as that is within the
	 * limit. */
	SCAN_OPEN,  /* a start tag of the first level that is no stanza's */
	SCAN_INNER, /* a tag inside an element that could begin a stanza or a
		     * stream of its own: what is open may be broken */
};

/* Of one stream. The caller keeps the bytes; the first seen of them, from the
 * first that was not taken, were looked at in earlier calls. */
struct scan {
	size_t limit; /* bytes of an element */

	/* Of the item that was returned last. */
	struct span item;  /* its bytes, the caller's; not of a fault */
	uint64_t item_at;  /* where it begins in the stream */
	const char *why;   /* in a few words, of a fault */
	uint64_t fault_at; /* where in the stream */
	bool ended;	   /* a fault that an end of the stream is part of */
	size_t tag; /* of an element: bytes of its start tag */
	uint64_t tag_at; /* where the tag begins that was read last */
	struct oversize *over; /* of SCAN_OVERSIZE, and of a fault in an element
				* whose end is known; until the next call */

	/* The scanner's own. */
	uint64_t at; /* place in the stream of the first byte not taken */
	size_t seen;
	uint32_t hash, local, name_len; /* of the name being read */
	uint32_t depth, attrs;
	uint64_t ref_at, counted; /* counted: over has all before it */
	unsigned char state, back, found, quote, run, subset;
	bool inside, stray, broken, declaration, tag_seen;
	bool lost; /* where the element ends is a guess */
	bool recording, plain; /* plain: the element is no stanza */
	uint32_t mark;
	uint32_t open[STANZA_DEPTH_MAX]; /* hashes of the names open */
};

void scan_init(struct scan *, size_t limit);
void scan_release(struct scan *);

/* Begin anew at a place of the same stream, as outside of any element; with
 * recording, SCAN_OPEN and SCAN_INNER are told from now on. */
void scan_restart(struct scan *, uint64_t at, bool recording);

/* Behind SCAN_OPEN: the tag was all of the item, what follows is of the first
 * level again. Returns how many bytes the caller has no more to keep. */
size_t scan_enter(struct scan *);

/* Look at the n bytes at p, the first of which is the first not yet taken.
 * Returns what was found; *take says how many bytes at p the caller then has
 * no more to keep. With SCAN_MORE the rest must be there again, at the front,
 * in the next call, with more bytes behind. */
enum scan_item scan_next(struct scan *, const char *p, size_t n,
    size_t *take);

/* At the end of the stream, with so many bytes left that were not taken:
 * whether something is unfinished; why and fault_at then say what. */
bool scan_cut_off(struct scan *, size_t left);

#endif
