/* SPDX-License-Identifier: ISC */
/* Regular expressions in Perl's syntax, compiled to machine code where the
 * system allows, and bounded: hostile text cannot make them run on. Foreign
 * types do not show here. */
#ifndef LEXICON_REGEX_H
#define LEXICON_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* \d \w \s \b and the POSIX classes go by Unicode; of \b see boundary.h. */
enum {
	REGEX_CASELESS = 1 << 0,
	REGEX_MULTILINE = 1 << 1,
	REGEX_DOTALL = 1 << 2,
	REGEX_EXTENDED = 1 << 3,
};

/* Numbered expressions that share the memory they need to match. */
struct regex;

struct regex *regex_new(void);
void regex_free(struct regex *);

/* Compile a pattern (UTF-8) and number it, from 0; or -1, with the reason and
 * the offset appended to why. */
int regex_add(
    struct regex *, struct span pattern, unsigned flags, struct buf *why);

/* A search through one text (UTF-8). Begin with the rest zero. */
struct regex_search {
	struct span text;
	size_t from;     /* where the next match may begin */
	bool some;       /* only matches that are not empty count */
	size_t at, len;  /* the match */
	bool wide;       /* the text is not all ASCII */
	int64_t started, begun; /* CPU and wall time, when they mattered */
};

/* Find the next match and go to its end. Returns 1, 0, or -1 if it takes too
 * long to tell; a whole search takes at most about 10 ms, and 0.1 us for each
 * byte of the text. */
int regex_find(struct regex *, int number, struct regex_search *);

#endif
