/* SPDX-License-Identifier: ISC */
/* Percent-encoding (RFC 3986 section 2.1). */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/buf.h"
#include "base/span.h"

/* Append the bytes that s stands for. What is no triplet stays as it is. */
void percent_decode(struct buf *, struct span s);

/* Append s so that it is one word of a line: spaces, controls and '%' become
 * triplets, all else stays as it is. */
void percent_encode(struct buf *, struct span s);

#endif
