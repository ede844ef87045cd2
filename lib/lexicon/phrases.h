/* SPDX-License-Identifier: ISC */
/* A dictionary of words and phrases in many sets, all of which are looked for
 * in one pass over a text: its cost is that of the text's words, not of the
 * dictionary's. */
#ifndef LEXICON_PHRASES_H
#define LEXICON_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct phrases;

struct phrases *phrases_new(void);
void phrases_free(struct phrases *);

/* Add an entry to a set; false if there is no word in it. With a '*' at its end
 * its last word is the beginning of one. */
bool phrases_add(struct phrases *, size_t set, struct span entry);

/* Call found for every entry of every set in the text (UTF-8): the bytes of
 * the text it takes up. */
void phrases_find(struct phrases *, struct span text,
    void (*found)(void *context, size_t set, size_t at, size_t len),
    void *context);

#endif
