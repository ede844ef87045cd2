/* SPDX-License-Identifier: ISC */
/* Records that were released and stand before the review that released them:
 * whoever writes both puts the record first, so that no such review is on disk
 * without it. Until its review comes a record means nothing. */
#ifndef REVIEW_AHEAD_H
#define REVIEW_AHEAD_H

#include "base/buf.h"
#include "base/map.h"

/* Keep a copy of the line for the review of that id. A zeroed map is a valid
 * empty one. */
void ahead_add(struct map *, struct span id, struct span line);

/* Put the line for that review, if there is one, into the buffer, which is
 * empty, and forget it. */
void ahead_take(struct map *, struct span id, struct buf *line);

void ahead_release(struct map *);

#endif
