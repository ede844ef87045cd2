/* SPDX-License-Identifier: ISC */
/* Reading a text piece by piece. Each function goes over what it takes, and
 * where that is not there stays, but for a number, where it is. */
#ifndef BASE_PICK_H
#define BASE_PICK_H

#include <stdbool.h>
#include <stdint.h>

/* What is left to read. */
struct pick {
	const char *p, *end;
};

/* That character; one of the set. */
bool pick_char(struct pick *, char what);
bool pick_any(struct pick *, const char *set);

/* A number of min to max digits, and no more; -1 if it is none: then some may
 * have been gone over. */
int64_t pick_number(struct pick *, int min, int max);

/* That word, in letters of either case; the place among n words, from 1 on, of
 * the first that is there, 0: none is. */
bool pick_word(struct pick *, const char *word);
int pick_words(struct pick *, const char *const *words, int n);

static inline bool pick_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
