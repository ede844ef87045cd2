/* SPDX-License-Identifier: ISC */
/* The words of a text as PostgreSQL's to_tsvector('simple', ...) has them.
 * The server takes ten times as long to find them as all the rest of a row
 * takes, and what most people write is plain: ASCII letters, numbers, spaces,
 * and marks that cannot be part of a word. Of such a text they are found here;
 * any other is left to the server. */
#ifndef SHIP_WORDS_H
#define SHIP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct word {
	uint64_t head; /* its first bytes, as they sort */
	uint32_t at, len;
	unsigned place; /* among the words of the text, from 1 */
};

/* A zeroed struct is a valid empty one. */
struct words {
	struct word *word;
	size_t count, cap;
	struct buf lower;
};

/* Find the words of a text, and keep them. False if it is not plain. */
bool words_find(struct words *, struct span text);

/* Append them as a tsvector in the binary format (copy.h), with its length. */
void words_add(const struct words *, struct buf *);

void words_release(struct words *);

/* A question in SQL that is answered "t" if the server finds words as
 * words_find does: its locale may have capitals that are not those of ASCII. */
extern const char words_alike[];

#endif
