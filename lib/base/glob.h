/* SPDX-License-Identifier: ISC */
/* Shell patterns over UTF-8: '*' any characters, '?' one, '[a-z]' one of
 * these, '[!a-z]' one of the others. Nothing quotes; '[' must be closed. */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include "base/span.h"

/* NULL, or why this is no pattern. */
const char *glob_check(struct span pattern);

/* Whether a checked pattern matches all of text (well-formed UTF-8), in time
 * of at most the product of their lengths. */
bool glob_match(struct span pattern, struct span text);

#endif
