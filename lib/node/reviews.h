/* SPDX-License-Identifier: ISC */
/* What a node's settings make of what is held for review: who keeps it, and
 * whether what is released of it can be delivered. */
#ifndef NODE_REVIEWS_H
#define NODE_REVIEWS_H

#include <stdbool.h>

#include "node/conf.h"

/* Whether what is held is kept here, by a cup-review of the node's; else it is
 * held nowhere, or at a compliance server. */
bool reviews_kept(const struct conf *);

/* Whether what is released is delivered, which takes the component. */
bool reviews_delivered(const struct conf *);

/* The file of the key that marks what is released, beside the review journal;
 * the caller's to free. NULL: nothing is delivered, or there is no place. */
char *reviews_key(const struct conf *);

/* Make that file, if it is not there; what was marked before a restart is to
 * be known after it. False with the reason, a line, added to why. */
bool reviews_make_key(const char *path, struct buf *why);

/* The setting, one that is in the file, which makes no sense without the
 * component; or NULL. That is no mistake: the rest works. */
#define REVIEWS_DOUBT \
	"what is released is not delivered: return-component is not set"
const char *reviews_doubtful(const struct conf *);

#endif
