/* SPDX-License-Identifier: ISC */
/* What a transcript has of a stanza's words. */
#ifndef JOURNAL_PRINT_WORDS_H
#define JOURNAL_PRINT_WORDS_H

#include <stdbool.h>

#include "journal/print.h"

/* Append what is said, with line feeds between: subject, bodies, and where a
 * client may show another text than a body, that; of what has none of them its
 * other texts, as far as they are short. Returns whether there is a subject or
 * a body. */
bool print_words(struct print *, struct fields *, struct buf *);

#endif
