/* SPDX-License-Identifier: ISC */
/* Foreign text in messages for people: on one line, bounded, and nothing in
 * it that a terminal or a reader could take for anything else. */
#ifndef LEXICON_QUOTED_H
#define LEXICON_QUOTED_H

#include "base/buf.h"

/* Append text (UTF-8) in quotes, cut after most bytes. What cannot be seen,
 * marks, controls and a ';' are written \u{HEX}. */
void quoted_add(struct buf *, struct span text, size_t most);

/* The same without quotes. */
void quoted_plain(struct buf *, struct span text, size_t most);

#endif
