/* SPDX-License-Identifier: ISC */
/* Where the elements of an XMPP stream begin and end: a byte scanner that
 * takes chunks of any size, never looks at a byte twice, and enforces size,
 * depth and number of attributes before any parser sees the bytes. It frames
 * and refuses (RFC 6120 section 11.1); whether an element is well-formed is
 * for xml.h to say. */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "digest.h"
#include "span.h"
#include "stanza.h"

enum { SCAN_HEAD = 1024 }; /* bytes kept of an element that is too large */

enum scan_item {
	SCAN_MORE,	  /* nothing is whole: more bytes are needed */
	SCAN_HEADER,	  /* the start tag of a stream, to be proved one */
	SCAN_ELEMENT,	  /* an element of the stream's first level */
	SCAN_FOOTER,	  /* an end tag outside of any element */
	SCAN_DECLARATION, /* <?xml ...?> outside of any element */
	SCAN_OVERSIZE,	  /* an element of more than limit bytes: over */
	SCAN_FAULT,	  /* something forbidden, skipped: why and fault_at */
};

/* What is kept of an element that is too large. */
struct scan_over {
	struct digest *digest;
	struct buf head; /* its start tag, if that is within the limit, but at
			  * least its first SCAN_HEAD bytes */
	size_t tag;	 /* bytes of the start tag; 0: beyond the limit */
	uint64_t bytes;
	char sha256[DIGEST_HEX];
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
	struct scan_over *over; /* of SCAN_OVERSIZE, until the next call */

	/* The scanner's own. */
	uint64_t at; /* place in the stream of the first byte not taken */
	size_t seen;
	uint32_t tag; /* bytes of the root's start tag; 0: not yet known */
	uint32_t hash, local, name_len; /* of the name being read */
	uint32_t depth, attrs;
	uint64_t tag_at, ref_at;
	unsigned char state, back, found, quote, run, subset;
	bool inside, stray, declaration;
	uint32_t mark;
	uint32_t open[STANZA_DEPTH_MAX]; /* hashes of the names open */
};

void scan_init(struct scan *, size_t limit);
void scan_release(struct scan *);

/* Look at the n bytes at p, the first of which is the first not yet taken.
 * Returns what was found; *take says how many bytes at p the caller then has
 * no more to keep. With SCAN_MORE the rest must be there again, at the front,
 * in the next call, with more bytes behind. */
enum scan_item scan_next(struct scan *, const char *p, size_t n,
    size_t *take);

/* At the end of the stream, with so many bytes left that were not taken:
 * whether something is unfinished. Its beginning is then in item_at. */
bool scan_cut_off(const struct scan *, size_t left);

#endif
