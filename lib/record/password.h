/* SPDX-License-Identifier: ISC */
/* Passwords in stanzas: registering with a server (XEP-0077), which is also
 * how a password is changed, and logging in without SASL (XEP-0078). Whatever
 * is taken for one is judged by nobody, so nothing is that could go on to
 * anybody but the server. */
#ifndef RECORD_PASSWORD_H
#define RECORD_PASSWORD_H

#include <stdbool.h>

#include "base/span.h"
#include "xml/root.h"
#include "xml/stanza.h"

enum { PASSWORD_MAX = 1023 }; /* bytes of one, as in RFC 8265 and before */

/* If the canonical iq carries a password, append it to out with "***" in place
 * of that, and return true; else append nothing. That is: an iq of type set
 * from the client of own (a JID; n 0: not known), when sent, else the answer
 * to one, result or error; between it and its server, its bare JID, or nobody
 * named; of the fields that hold passwords the first of each name, a direct
 * child of the query or of a form in it (XEP-0004), with nothing but text of
 * at most PASSWORD_MAX bytes. All else in it stays as it is. root: what is
 * known of it; the tree is for its use. */
bool password_blank(struct buf *out, struct stanza *, const struct xml_root *,
    struct span canonical, struct span own, bool sent);

#endif
