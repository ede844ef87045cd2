/* SPDX-License-Identifier: ISC */
/* Passwords in stanzas: registering with a server (XEP-0077), which is also
 * how a password is changed, and logging in without SASL (XEP-0078). */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>

#include "span.h"
#include "stanza.h"
#include "xmlroot.h"

/* Whether it may carry one: an iq of that kind between the account own (a JID;
 * n 0: not known) and its server. To others it is a stanza like any. */
bool secret_carried(const struct xml_root *, struct span own);

/* Append the canonical element with "***" for every text inside that is not a
 * user's name. False, with nothing appended, if it cannot be read. */
bool secret_blank(struct buf *out, struct stanza *, struct span canonical);

#endif
