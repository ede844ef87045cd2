/* SPDX-License-Identifier: ISC */
/* The words of a text, folded: maximal runs of letters, digits and their
 * marks; where a script puts no space between words, each character. */
#ifndef LEXICON_TOKENS_H
#define LEXICON_TOKENS_H

#include "base/buf.h"
#include "lexicon/fold.h"

struct token {
	size_t at, len;  /* its folded bytes, in tokens.out */
	size_t from, to; /* the bytes of the text it stands for */
};

/* A zeroed struct is a valid empty one. */
struct tokens {
	struct buf out; /* eight bytes can be read beyond its end */
	struct token *token;
	size_t count, cap;
	struct fold fold;
};

/* Take the words out of a text (UTF-8); replaces what was there. */
void tokens_take(struct tokens *, struct span text);
void tokens_release(struct tokens *);

#endif
