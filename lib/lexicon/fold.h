/* SPDX-License-Identifier: ISC */
/* Characters in the form in which words are compared: compatibility
 * decomposition (NFKD) with case folded, without what cannot be seen. No
 * foreign library shows here. */
#ifndef LEXICON_FOLD_H
#define LEXICON_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What a folded character is to words. */
enum fold_kind {
	FOLD_GAP,    /* it stands between them */
	FOLD_LETTER, /* in a word: letters and digits (Unicode L, N) */
	FOLD_ALONE,  /* a word of its own: scripts without spaces */
	FOLD_MARK,   /* belongs to the character before it (Unicode M) */
	FOLD_HIDDEN, /* not there: default ignorable, C1 controls, ... */
};

enum { FOLD_MAX = 32 }; /* more than any one character becomes (18) */

struct fold_unit {
	uint32_t point;
	enum fold_kind kind;
	unsigned char order; /* canonical combining class */
};

/* Remembers what it looked up (at most 512 KiB). A zeroed struct is valid. */
struct fold {
	uint32_t *page[512];
};

void fold_release(struct fold *);

/* What one character is, in brief: its folded point and kind if it folds to
 * one character that is not reordered, else FOLD_COMPLEX is set and
 * fold_units() says it all. */
enum {
	FOLD_POINT = 0x1fffff,
	FOLD_KIND_SHIFT = 21,
	FOLD_COMPLEX = 1 << 24,
	FOLD_STABLE = 1 << 25, /* alone, and before others of this sort, it is
				* its own NFKC */
};
uint32_t fold_brief(struct fold *, uint32_t point);

/* What a character folds to; returns how many, 0 if it is hidden. */
size_t fold_units(uint32_t point, struct fold_unit out[FOLD_MAX]);

/* The same without case folding, as points; for compat.c. */
size_t fold_decompose(uint32_t point, int32_t out[FOLD_MAX]);

/* Compose n points, in canonical order, in place (NFC of a segment that
 * fold_decompose() made); returns how many are left. */
size_t fold_compose(int32_t *points, size_t n);

/* Canonical combining class. */
unsigned char fold_order(uint32_t point);

/* Whether text that begins with this decomposed character cannot compose
 * with, or be reordered before, what is in front of it. */
bool fold_boundary(uint32_t point);

/* Sort the marks, n bytes of UTF-8 at the end of b, into canonical order. */
void fold_sort_tail(struct buf *b, size_t n);

/* The same for points that are marks. */
void fold_sort(int32_t *points, size_t n);

#endif
