/* SPDX-License-Identifier: ISC */
/* Character data and attribute values as the canonical form writes them. */
#ifndef XML_CHARACTERS_H
#define XML_CHARACTERS_H

#include <stdbool.h>

/* The place of the '<' that ends the text (or the '"' that ends the value)
 * that begins at p. If it is not canonical, or end comes first, *why says so
 * and the place is that of the fault. */
const char *xmltext_end(
    const char *p, const char *end, bool text, const char **why);

#endif
