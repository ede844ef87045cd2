/* SPDX-License-Identifier: ISC */
/* A text in compatibility form (NFKC, case kept; but the i without a dot and
 * the I with one, U+0131 and U+0130, are i and I) without the characters that
 * cannot be seen, and the way back from its bytes to the text's. */
#ifndef LEXICON_COMPAT_H
#define LEXICON_COMPAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "lexicon/fold.h"

struct compat_step;

/* A zeroed struct is a valid empty one. */
struct compat {
	struct buf out;
	size_t in_len;
	struct compat_step *step; /* its own */
	size_t steps, cap;
};

enum compat_result {
	COMPAT_SAME,  /* it is in that form already; out is not filled */
	COMPAT_OTHER, /* out has it */
	COMPAT_LONG,  /* it would be longer than COMPAT_TIMES the text and
		       * COMPAT_MORE bytes, which no honest text is */
};

enum { COMPAT_TIMES = 2, COMPAT_MORE = 4096 };

/* Bring a text (UTF-8) into that form; the fold is for its use. */
enum compat_result compat_make(struct compat *, struct fold *,
    struct span text);

/* The bytes of the text that these bytes of out stand for, in whole
 * characters with all their marks. */
void compat_origin(const struct compat *, size_t *at, size_t *len);

void compat_release(struct compat *);

#endif
