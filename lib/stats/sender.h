/* SPDX-License-Identifier: ISC */
/* Who sends a record, without a look at all of its stanza: of most stanzas that
 * is one, named in the first tag. */
#ifndef STATS_SENDER_H
#define STATS_SENDER_H

#include <stdbool.h>

#include "base/buf.h"
#include "record/record.h"

enum { SENDERS = 1024, SENDER_MAX = 255 /* bytes of an address */ };

/* What addresses came lately, and what they are when prepared. A zeroed struct
 * is a valid empty one. */
struct senders {
	struct sender {
		struct buf raw, bare;
	} of[SENDERS];
	struct buf prepared;
};

/* Set the bare JID of the only sender, which stays until the next call. False
 * if there may be another, or it is not as simple as that: then
 * participants_collect() tells. That the stanza is canonical is not checked. */
bool sender_only(struct senders *, const struct record *, struct span *bare);

void senders_release(struct senders *);

#endif
