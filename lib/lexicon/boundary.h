/* SPDX-License-Identifier: ISC */
/* What \b means in the expressions of policies. */
#ifndef LEXICON_BOUNDARY_H
#define LEXICON_BOUNDARY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Append a pattern (Perl's syntax) in which \b also is where a '_' begins or
 * ends, as that is how a word is set in italics (XEP-0393); \B is where \b is
 * not. extended: the flag x. Returns whether it is another pattern. */
bool boundary_rewrite(struct buf *, struct span pattern, bool extended);

#endif
