/* SPDX-License-Identifier: ISC */
/* SHA-1, for the one protocol that still asks for it (XEP-0114). */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "base/span.h"

enum { SHA1_HEX = 40 };

/* Lower-case hexadecimal, not NUL-terminated. */
void sha1_hex(struct span, char out[SHA1_HEX]);

#endif
