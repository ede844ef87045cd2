/* SPDX-License-Identifier: ISC */
/* The files that a message links to and that are known: for each a field
 * behind the tenth, "file=SHA256 SIZE NAME", the name percent-encoded
 * (cup-record(5)). Stages that judge links put it there. */
#ifndef RECORD_LINKED_H
#define RECORD_LINKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct linked {
	struct span sha256; /* DIGEST_HEX lower-case digits */
	uint64_t size;	    /* bytes */
	struct span name;   /* as it is in the field, encoded */
};

/* Take the next one off what is behind the tenth field, over all else. False:
 * there is none left. What has not that form is passed over. */
bool linked_next(struct span *extra, struct linked *);

/* Append the field, with its TAB; name: characters. */
void linked_write(struct buf *, struct span sha256, uint64_t size,
    struct span name);

/* Append extra without such fields. */
void linked_rest(struct buf *, struct span extra);

#endif
