/* SPDX-License-Identifier: ISC */
/* Domainparts of JIDs in the form in which they are compared. */
#ifndef XML_DOMAIN_H
#define XML_DOMAIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Which rules: those of IDNA2003 (RFC 6122) or of IDNA2008 (RFC 7622). */
enum domain_rules { DOMAIN_2003, DOMAIN_2008 };

/* Append a domainpart: case and width mapped, any of the full stops of IDNA as
 * a dot but none at the end, A-labels ("xn--...") as U-labels, an IPv6 address
 * in brackets as RFC 5952 writes it. False, with nothing appended, if it is no
 * domain. */
bool domain_prepare(struct buf *, struct span domain, enum domain_rules);

#endif
