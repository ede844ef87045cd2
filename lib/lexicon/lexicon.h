/* SPDX-License-Identifier: ISC */
/* Words, phrases and regular expressions in texts: all the words of all sets
 * in one pass, whatever their number. Words are compared caseless and in
 * compatibility form (Unicode NFKD case folding, UAX 15 and 21), without
 * characters that cannot be seen; a phrase is words one after another,
 * whatever stands between them that is neither letter nor digit. Where a
 * script puts no space between words (Han, Kana, Thai, ...) each character
 * is a word. */
/* lib/lexicon finds words. In go a text and any number of sets of words,
 * phrases and expressions, out comes which sets meet it, and where.
 *
 * lexicon.h is the way in. tokens.h takes a text apart into words, in the form
 * of fold.h, in which they are compared; phrases.h looks for the entries of all
 * sets in one pass over these. regex.h (PCRE2) sees the text in the form of
 * compat.h, and its patterns as boundary.h writes them. recognise.h knows
 * numbers and tokens by their form, in the text as flat.h makes it.
 *
 * resembles.h finds the same entries, and all that a reader would take for one:
 * glyph.h says what a character can be read as, strip.h makes a row of these of
 * a text, spell.h a tree of the entries, and walk.h goes along both;
 * skeleton.h makes a text of a strip again, for regex.h. */
#ifndef LEXICON_LEXICON_H
#define LEXICON_LEXICON_H

#include <stdbool.h>
#include <stddef.h>

#include "xml/text.h"

struct lexicon;

struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *);

/* A new, empty set of entries; numbered from 0. */
size_t lexicon_set(struct lexicon *);

/* Add to a set a word or phrase, or /REGEX/ or /REGEX/FLAGS (Perl's syntax,
 * as PCRE2 has it, Unicode; flags i, s, m, x). Returns NULL, or why it is
 * refused, borrowed until the next call. */
const char *lexicon_add(struct lexicon *, size_t set, struct span entry);

/* Add to a set what that recogniser (recognise.h) finds, as the entry
 * [:NAME:] does. Returns NULL, or why it is refused. */
const char *lexicon_recognise(struct lexicon *, size_t set, struct span name);

/* Add to a set the urls whose host (as it is written, percent signs and all;
 * n 0: it has none) is wanted; bare: names of hosts alone count, too. */
void lexicon_urls(struct lexicon *, size_t set,
    bool (*wanted)(void *context, struct span host), void *context, bool bare);

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

/* How many different things the set's recognisers find in all texts; what is
 * twice in one text counts twice, but what is the same in another text does
 * not, as that is often the same text in another form. */
size_t lexicon_count(struct lexicon *, size_t set);

/* Whether a set has regular expressions. */
bool lexicon_expressions(const struct lexicon *, size_t set);

enum lexicon_part {
	LEXICON_WORDS = 1 << 0,
	LEXICON_EXPRESSIONS = 1 << 1, /* that match something, on the text as
				       * it is */
	LEXICON_COMPAT = 1 << 2,      /* and in compatibility form */
};

/* Look for a set's entries in any text: call found with the bytes that each
 * place takes up. 0, or -1 if that cannot be told. */
int lexicon_scan(struct lexicon *, size_t set, unsigned parts,
    struct span text, void (*found)(void *context, size_t at, size_t len),
    void *context);

#endif
