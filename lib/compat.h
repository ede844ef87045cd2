/* SPDX-License-Identifier: ISC */
/* A text in compatibility form (NFKC, case kept) without the characters that
 * cannot be seen, and the way back from its bytes to the text's. */
#ifndef COMPAT_H
#define COMPAT_H

#include <stdbool.h>

#include "buf.h"
#include "fold.h"

struct compat_step;

/* A zeroed struct is a valid empty one. */
struct compat {
	struct buf out;
	size_t in_len;
	struct compat_step *step; /* its own */
	size_t steps, cap;
	struct fold fold;
};

/* Bring a text (UTF-8) into that form, in out. False if it is in it already;
 * out is then not filled. */
bool compat_make(struct compat *, struct span text);

/* The bytes of the text that these bytes of out stand for, in whole
 * characters with all their marks. */
void compat_origin(const struct compat *, size_t *at, size_t *len);

void compat_release(struct compat *);

#endif
