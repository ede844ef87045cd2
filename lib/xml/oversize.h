/* SPDX-License-Identifier: ISC */
/* What stands for an element that is not kept, being too large or beyond
 * another limit, or not what a stream may have (RFC 6120 section 11), though
 * it is known where it ends: its start tag, how long it was, what it hashed to
 * and how it began. */
#ifndef XML_OVERSIZE_H
#define XML_OVERSIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"
#include "xml/xml.h"

enum {
	OVERSIZE_HEAD = 1024, /* bytes shown of the element */
	OVERSIZE_WHY = 100,
};

struct oversize {
	struct digest *digest;
	struct buf head; /* the start tag, if it is known, but at least the
			  * first OVERSIZE_HEAD bytes */
	size_t tag;	 /* bytes of the start tag; 0: too many */
	uint64_t bytes;
	char sha256[DIGEST_HEX];
	char why[OVERSIZE_WHY]; /* in a few words; empty: too large */
};

/* Begin with the first bytes, of which the start tag takes tag (0: it does
 * not end within the limit), add the others, end. The caller frees it. */
struct oversize *oversize_new(struct span first, size_t tag);
void oversize_add(struct oversize *, struct span more);
void oversize_end(struct oversize *);
void oversize_free(struct oversize *);

/* Write the element, empty, with what its start tag says, to out, replacing
 * what was there; only whose it is (RFC 6120 section 8.1) if that is not
 * known, bad, or takes more than max bytes; only its name where that is.
 * Returns as xml_element does. */
const char *oversize_element(const struct oversize *, struct xml *,
    const struct xml_scope *, size_t max, struct buf *out, struct xml_root *);

/* Put into the empty element one of the namespace ns that tells what is
 * missing. */
void oversize_fill(const struct oversize *, const char *ns, struct buf *out);

#endif
