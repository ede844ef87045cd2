/* SPDX-License-Identifier: ISC */
/* Jabber identifiers (RFC 7622): taking apart and comparing. */
#ifndef JID_H
#define JID_H

#include <stdbool.h>

#include "buf.h"
#include "span.h"

enum { JID_PART_MAX = 1023, JID_MAX = 3 * JID_PART_MAX + 2,
	JID_HOST_MAX = 253 }; /* bytes */

struct jid {
	struct span local, domain, resource; /* .p NULL: the part is absent */
};

/* Take a JID apart (RFC 7622 section 3.1); the spans point into it. False if
 * a part is empty, too long, or the domain is missing. Nothing is prepared. */
bool jid_split(struct jid *, struct span jid);

/* The JID without its resource, as a span of it. */
struct span jid_bare(struct span jid);

/* Its domainpart, likewise. */
struct span jid_domain(struct span jid);

/* Append the JID in the form that is compared byte by byte: localpart by
 * Nodeprep, domainpart by Nameprep (without a final dot), resourcepart by
 * Resourceprep (RFC 6122; what Prosody and ejabberd use). False, with nothing
 * appended, if it is no JID. */
bool jid_prepare(struct buf *, struct span jid);

/* Append a domainpart as the name that is in a certificate for it: in ASCII
 * (IDNA2003, A-labels), lower case, at most 253 bytes. False, with nothing
 * appended, if it is no host name (an IP address is taken for one). */
bool jid_host(struct buf *, struct span domain);

#endif
