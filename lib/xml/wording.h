/* SPDX-License-Identifier: ISC */
/* The words for what is wrong with XML. */
#ifndef XML_WORDING_H
#define XML_WORDING_H

#include <stddef.h>

#include "base/span.h"

enum { XML_WORDING = 128 }; /* bytes of what libxml2 says, with its NUL */

/* For an error code of libxml2: a constant; or where there are none its own
 * words (NULL: it has none), on one line, in room. */
const char *xml_wording(int code, const char *said, char room[XML_WORDING]);

/* For the first byte that is, or begins, no character that XML allows: *at
 * says where; NULL: there is none. A NUL, a control character and bad UTF-8
 * are told apart before a parser stumbles over them. */
const char *xml_wording_chars(struct span, size_t *at);

#endif
