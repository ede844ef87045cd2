/* SPDX-License-Identifier: ISC */
/* What is local: the account that a recording is of, and the domains that are
 * a node's own. */
#ifndef RECORD_LOCAL_H
#define RECORD_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* A zeroed one is valid: nobody is known. */
struct local {
	struct buf as;	    /* the JID whose recording it is; empty: unknown */
	struct buf as_bare; /* prepared, without resource */
	struct buf *domain; /* prepared names of the node's own domains */
	size_t domains;
};

/* Set whose recording it is; add a domain. False if it is no JID, or no
 * domain. */
bool local_set_account(struct local *, struct span jid);
bool local_add_domain(struct local *, struct span domain);
void local_release(struct local *);

/* Whether a JID (.p may be NULL) is of the same account as the recording, or
 * of one of the domains. scratch is overwritten. */
bool local_is_account(
    const struct local *, struct span jid, struct buf *scratch);
bool local_has(const struct local *, struct span jid, struct buf *scratch);

#endif
