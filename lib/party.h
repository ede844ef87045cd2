/* SPDX-License-Identifier: ISC */
/* Who takes part in a stanza: whom it is from and to, and whom what is
 * forwarded in it (XEP-0297: carbons, archive results) is from and to. */
#ifndef PARTY_H
#define PARTY_H

#include <stdbool.h>

#include "buf.h"
#include "span.h"
#include "stanza.h"

enum { PARTY_FROM = 1 << 0, PARTY_TO = 1 << 1 };

/* Kept memory; a zeroed struct is valid. */
struct party {
	struct buf chars, jid;
};

/* Whether somebody who is meant takes part in one of the roles. meant is a
 * JID as jid_prepare() makes it; a bare one stands for all its resources, a
 * domain for all its users too. The user of a login or logout is a sender. */
bool party_has(struct party *, const struct stanza *, struct span meant,
    unsigned roles);

void party_release(struct party *);

#endif
