/* SPDX-License-Identifier: ISC */
/* Whose traffic it is: the account that a recording is of, and the domains
 * that are a node's own. */
#ifndef HOME_H
#define HOME_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "span.h"

/* A zeroed one is valid: nobody is known. */
struct home {
	struct buf as;	    /* the JID whose recording it is; empty: unknown */
	struct buf as_bare; /* prepared, without resource */
	struct buf *domain; /* prepared names of the node's own domains */
	size_t domains;
};

/* Set whose recording it is; add a domain. False if it is no JID, or no
 * domain. */
bool home_as(struct home *, struct span jid);
bool home_domain(struct home *, struct span domain);
void home_release(struct home *);

/* Whether a JID (.p may be NULL) is of the same account as the recording, or
 * of one of the domains. scratch is overwritten. */
bool home_same(const struct home *, struct span jid, struct buf *scratch);
bool home_local(const struct home *, struct span jid, struct buf *scratch);

#endif
