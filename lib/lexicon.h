/* SPDX-License-Identifier: ISC */
/* Words, phrases and regular expressions in texts: all the words of all sets
 * in one pass, whatever their number. Words are compared caseless and in
 * compatibility form (Unicode NFKD case folding, UAX 15 and 21), without
 * characters that cannot be seen; a phrase is words one after another,
 * whatever stands between them that is neither letter nor digit. Where a
 * script puts no space between words (Han, Kana, Thai, ...) each character
 * is a word. */
#ifndef LEXICON_H
#define LEXICON_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct lexicon;

struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *);

/* A new, empty set of entries; numbered from 0. */
size_t lexicon_set(struct lexicon *);

/* Add to a set a word or phrase, or /REGEX/ or /REGEX/FLAGS (Perl's syntax,
 * as PCRE2 has it, Unicode; flags i, s, m, x). Returns NULL, or why it is
 * refused, borrowed until the next call. */
const char *lexicon_add(struct lexicon *, size_t set, struct span entry);

/* Go over to other texts, which must stay until the next call. Costs nothing
 * until a set is asked for. */
void lexicon_begin(struct lexicon *, const struct texts *);

/* Whether that text holds an entry of the set: 1, 0, or -1 where a regular
 * expression met its limits, so that it cannot be told. A regular expression
 * sees the text as it is and, where that differs, in compatibility form
 * (NFKC, not case folded) without characters that cannot be seen. */
int lexicon_has(struct lexicon *, size_t set, size_t text);

/* Collect every place in every text where the set has an entry. 0 or -1 as
 * above. */
int lexicon_cuts(struct lexicon *, size_t set, struct cuts *);

#endif
