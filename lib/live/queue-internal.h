/* SPDX-License-Identifier: ISC */
/* What queue*.c share, and nobody else. */
#ifndef LIVE_QUEUE_INTERNAL_H
#define LIVE_QUEUE_INTERNAL_H

#include "live/queue.h"

/* Write bytes of that kind, and count them. */
void queue_write(struct session *, int way, enum item_kind, struct span wire);

/* Write what comes of an item that is ready, whose turn it is. */
void item_emit(struct session *, struct item *);

#endif
