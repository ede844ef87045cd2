/* SPDX-License-Identifier: ISC */
/* Whom a stanza is from and to, as a policy sees it: the addresses of its
 * root and of every stanza inside it (XEP-0297, hence carbons and archive
 * results), those of XEP-0033, of invitations (XEP-0045, XEP-0249), and whom a
 * room says an occupant is. */
#ifndef RECORD_PARTICIPANTS_H
#define RECORD_PARTICIPANTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/jid.h"
#include "xml/stanza.h"

struct participant {
	struct span raw; /* as it is in the stanza (escaped) */
	/* Prepared (xml/jid.h), and its other form; .p NULL: it is none. Of a
	 * resource that cannot be prepared it has the bytes as they came. */
	struct span jid, other;
	struct jid_forms forms;
};

enum participants_side {
	PARTICIPANTS_FROM,
	PARTICIPANTS_TO,
	PARTICIPANTS_SIDES
};

/* A zeroed struct is a valid empty one. */
struct participants {
	struct participant_list {
		struct participant *participant;
		size_t count, cap;
	} side[PARTICIPANTS_SIDES];
	struct buf chars, prepared;
};

/* Collect the addresses of a stanza, or of cup's own element, of that event;
 * replaces what was there, keeps the memory. The raw spans are of the
 * stanza's bytes; the JIDs stay until the next call. */
void participants_collect(
    struct participants *, const struct stanza *, enum event);

/* Whether somebody who is meant is among those of the sides, given as bits
 * (1 << PARTICIPANTS_FROM, ...). meant is a JID as jid_prepare() makes it; a
 * bare one stands for all its resources, a domain for all its users too. */
bool participants_have(const struct participants *, struct span meant,
    unsigned sides);

void participants_release(struct participants *);

#endif
