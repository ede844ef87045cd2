/* SPDX-License-Identifier: ISC */
/* Texts in base64 (RFC 4648, with either alphabet) inside of texts. */
#ifndef LEXICON_BASE64_H
#define LEXICON_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

enum { BASE64_MIN = 12 }; /* characters, the padding too */

/* Find, from *at on, the next run of base64 characters, over line ends where
 * lines are full, that stands for text (UTF-8 without control characters).
 * Puts that into out, and where the run stands into *at and *len. False if
 * there is none. */
bool base64_next(struct span text, size_t *at, size_t *len, struct buf *out);

#endif
