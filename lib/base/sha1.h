/* SPDX-License-Identifier: ISC */
/* SHA-1, for the protocols that still ask for it (XEP-0114, RFC 6455). */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "base/span.h"

enum { SHA1_RAW = 20, SHA1_HEX = 40 };

void sha1_raw(struct span, unsigned char out[SHA1_RAW]);

/* Lower-case hexadecimal, not NUL-terminated. */
void sha1_hex(struct span, char out[SHA1_HEX]);

#endif
