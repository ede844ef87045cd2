/* SPDX-License-Identifier: ISC */
/* What of a text a terminal may be shown, and how wide that is. */
#ifndef JOURNAL_PRINTABLE_H
#define JOURNAL_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Whether a character acts on a terminal or on the order or the look of what
 * is around it, without being seen: controls (C0, DEL, C1), line and paragraph
 * separators, and format characters (the bidirectional ones, zero-width
 * spaces, tags, ...). The two joiners that words are written with, U+200C and
 * U+200D, are not among them. */
bool printable_hidden(uint32_t point);

/* How many bytes at the beginning of s are printable ASCII other than '"' and
 * '\\': what no format has to look at. */
size_t printable_plain(struct span s);

/* Append the character of step bytes at p, as <U+202E> where it is hidden.
 * Returns how many columns that takes. */
size_t printable_char(struct buf *, const char *p, size_t step);

/* Append all of a UTF-8 text so, and return its columns. */
size_t printable_text(struct buf *, struct span);

#endif
