/* SPDX-License-Identifier: ISC */
/* Where a record belongs: in which conversation, and when. */
#ifndef EXPORT_PLACE_H
#define EXPORT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "record/fields.h"

/* How a conversation is named, in prepared addresses: a room by PLACE_ROOM and
 * its own, others by those of the two, in the order of their bytes, with
 * PLACE_AND between; what somebody does alone by his. */
#define PLACE_ROOM '\x01'
#define PLACE_AND '\x02'

/* A zeroed struct is a valid empty one. */
struct place {
	struct buf name;
	/* Who said it, and to whom: bare but for an occupant of a room. Empty:
	 * nobody is named. */
	struct buf author, addressee;
	int64_t micros; /* when it counts as said */
	int64_t recorded;
	bool room;
};

/* Find it of a record whose stanza has a tree. */
void place_find(struct place *, struct fields *);
void place_release(struct place *);

/* Whether somebody says something in it, or sends a file. */
bool place_has_words(struct fields *);

#endif
