/* SPDX-License-Identifier: ISC */
/* Whom a stanza is from and to, as a policy sees it: the addresses of its
 * root and of every stanza inside it (XEP-0297, hence carbons and archive
 * results), those of XEP-0033, and of invitations (XEP-0045, XEP-0249). */
#ifndef PARTIES_H
#define PARTIES_H

#include "buf.h"
#include "record.h"
#include "stanza.h"
#include "table.h"

struct party {
	struct span raw; /* as it is in the stanza (escaped) */
	struct address address;
	size_t at, len; /* of its prepared form; len 0: no JID */
};

enum parties_side { PARTIES_FROM, PARTIES_TO, PARTIES_SIDES };

/* A zeroed struct is a valid empty one. */
struct parties {
	struct party_list {
		struct party *party;
		size_t count, cap;
	} side[PARTIES_SIDES];
	struct buf chars, prepared;
};

/* Collect the addresses of a stanza, or of cup's own element, of that event;
 * replaces what was there, keeps the memory. The raw spans are of the
 * stanza's bytes; the addresses stay until the next call. */
void parties_collect(struct parties *, const struct stanza *, enum event);
void parties_release(struct parties *);

#endif
