/* SPDX-License-Identifier: ISC */
/* Which of several servers a conversation belongs to: rendezvous hashing of
 * its two correspondents, or of its room. */
#ifndef BROKER_AFFINITY_H
#define BROKER_AFFINITY_H

#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/stanza.h"

/* Kept memory; a zeroed struct is valid. */
struct affinity {
	struct stanza stanza;
	struct buf chars, one, two;
};

/* A number that is the same for all of a conversation, whichever way, on
 * whichever node. */
uint64_t affinity_key(struct affinity *, const struct record *);

/* A server's, from its URL. */
uint64_t affinity_seed(struct span url);

/* How much the server wants it: the greatest of all has it. */
uint64_t affinity_weight(uint64_t key, uint64_t seed);

void affinity_release(struct affinity *);

#endif
