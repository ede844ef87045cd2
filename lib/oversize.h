/* SPDX-License-Identifier: ISC */
/* What stands for an element that is too large to be kept: its start tag, how
 * long it was, what it hashed to and how it began. */
#ifndef OVERSIZE_H
#define OVERSIZE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "digest.h"
#include "span.h"
#include "xml.h"

enum { OVERSIZE_HEAD = 1024 }; /* bytes shown of the element */

struct oversize {
	struct digest *digest;
	struct buf head; /* the start tag, if it is known, but at least the
			  * first OVERSIZE_HEAD bytes */
	size_t tag;	 /* bytes of the start tag; 0: too many */
	uint64_t bytes;
	char sha256[DIGEST_HEX];
};

/* Begin with the first bytes, of which the start tag takes tag (0: it does
 * not end within the limit), add the others, end. The caller frees it. */
struct oversize *oversize_new(struct span first, size_t tag);
void oversize_add(struct oversize *, struct span more);
void oversize_end(struct oversize *);
void oversize_free(struct oversize *);

/* Write the element, empty, with what its start tag says, to out, replacing
 * what was there; only its name if the start tag is not known or takes more
 * than max bytes. Returns as xml_element does. */
const char *oversize_element(const struct oversize *, struct xml *,
    const struct xml_scope *, size_t max, struct buf *out, struct xml_root *);

/* Put into the empty element the one that tells what is missing. */
void oversize_fill(const struct oversize *, struct buf *out);

#endif
