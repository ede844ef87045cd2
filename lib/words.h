/* SPDX-License-Identifier: ISC */
/* A dictionary of words and phrases in many sets, all of which are looked for
 * in one pass over a text: its cost is that of the text's words, not of the
 * dictionary's. */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct words;

struct words *words_new(void);
void words_free(struct words *);

/* Add an entry to a set; false if there is no word in it. */
bool words_add(struct words *, size_t set, struct span entry);

/* Call found for every entry of every set in the text (UTF-8): the bytes of
 * the text it takes up. */
void words_find(struct words *, struct span text,
    void (*found)(void *context, size_t set, size_t at, size_t len),
    void *context);

#endif
