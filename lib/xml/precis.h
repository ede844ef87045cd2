/* SPDX-License-Identifier: ISC */
/* Parts of JIDs prepared by PRECIS (RFC 8264), as RFC 7622 has it. No foreign
 * library shows here. */
#ifndef XML_PRECIS_H
#define XML_PRECIS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Append a localpart by UsernameCaseMapped (RFC 8265 section 3.3), or a
 * resourcepart by OpaqueString (section 4.2). Text is UTF-8. False, with
 * nothing appended, if the profile refuses it. What these add to the classes
 * and depends on the characters around it (RFC 5892 appendix A), the Bidi
 * Rule, and code points that are not assigned yet are not held against a
 * resource; of a localpart the latter are. */
bool precis_username(struct buf *, struct span);
bool precis_opaque(struct buf *, struct span);

/* Append a domainpart in the form of U-labels: width and case mapped, NFC
 * (RFC 5895 section 2). False likewise, if it is not UTF-8. */
bool precis_domain(struct buf *, struct span);

#endif
