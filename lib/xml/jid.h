/* SPDX-License-Identifier: ISC */
/* Jabber identifiers (RFC 7622): taking apart and comparing. */
#ifndef XML_JID_H
#define XML_JID_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

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
 * Nodeprep, resourcepart by Resourceprep (RFC 6122; what Prosody and ejabberd
 * use), either by PRECIS (RFC 7622) where these refuse it; the domainpart as
 * domain.h has it. False, with nothing appended, if it is no JID. */
bool jid_prepare(struct buf *, struct span jid);

enum { JID_FORMS = 2 };

/* All forms in which an address is compared: it is another's if one is. */
struct jid_forms {
	struct jid_form {
		size_t at, len; /* in the buffer */
	} form[JID_FORMS];
	size_t count; /* 0: it is no JID */
	bool whole;   /* else its resource cannot be prepared: it is there as
		       * it came, and only the bare JID is one */
};

/* Append them: by RFC 6122 and, where that is another, by RFC 7622. */
void jid_forms(struct jid_forms *, struct buf *, struct span jid);

/* Append a domainpart as the name that is in a certificate for it: in ASCII
 * (IDNA2003, A-labels), lower case, at most 253 bytes. False, with nothing
 * appended, if it is no host name (an IP address is taken for one). */
bool jid_host(struct buf *, struct span domain);

#endif
