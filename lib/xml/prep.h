/* SPDX-License-Identifier: ISC */
/* Parts of JIDs prepared by Stringprep (RFC 3454), as RFC 6122 has it. No
 * foreign library shows here. */
#ifndef XML_PREP_H
#define XML_PREP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

enum prep {
	PREP_NODE,     /* a localpart, by Nodeprep */
	PREP_NAME,     /* a domainpart, by Nameprep */
	PREP_RESOURCE, /* a resourcepart, by Resourceprep */
};

/* Append the part as the profile has it; false, with nothing appended, if
 * that refuses it or more than JID_PART_MAX bytes come of it. Code points that
 * were not assigned in Unicode 3.2 are let be. */
bool prep_part(struct buf *, struct span, enum prep);

#endif
