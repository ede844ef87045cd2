/* SPDX-License-Identifier: ISC */
/* To which conversation a record belongs, and which message of it it is. */
#ifndef REVIEW_TALK_H
#define REVIEW_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/stanza.h"

/* A zeroed struct is a valid empty one. */
struct talk {
	struct buf key; /* the two accounts, or the room; prepared */
	bool spoken;	/* it is said now, in words: not shown again by a
			 * carbon, an archive or a room's history, no error */
	uint64_t hash;	/* the same for each copy of a message; 0: it has no
			 * id, and is like no other */
	struct stanza tree;
	struct buf chars, words;
};

/* Read it off a record; false if it is of no conversation. The key stays until
 * the next call. */
bool talk_read(struct talk *, const struct record *);
void talk_release(struct talk *);

#endif
