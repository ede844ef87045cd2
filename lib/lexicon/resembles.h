/* SPDX-License-Identifier: ISC */
/* Words in texts as a reader sees them, however they are written: beside what
 * a lexicon finds also letters that look alike (Unicode UTS 39), digits and
 * signs for letters, what is spaced out, turned round, repeated, in base64. */
#ifndef LEXICON_RESEMBLES_H
#define LEXICON_RESEMBLES_H

#include "lexicon/lexicon.h"

struct resembles;

/* One that looks for sets of that lexicon, which stays the caller's. */
struct resembles *resembles_new(struct lexicon *);
void resembles_free(struct resembles *);

/* Add an entry, which lexicon_add() took, of a set; its bytes must stay. */
void resembles_add(struct resembles *, size_t set, struct span entry);

/* Go over to other texts, of which those with these numbers (in order) are
 * parts of one message, so that a word may go on from one to the next. All
 * must stay until the next call. */
void resembles_begin(struct resembles *, const struct texts *,
    const size_t *part, size_t parts);

/* Whether an entry of the set can be read in that text, but for what
 * lexicon_has() finds: 1, 0, or -1 where that cannot be told. */
int resembles_has(struct resembles *, size_t set, size_t text);

/* Collect every such place in every text. 0, or -1 likewise. */
int resembles_cuts(struct resembles *, size_t set, struct cuts *);

/* Append, of the first entry of the set that can be read in a text (any if it
 * is SIZE_MAX), what was seen and as what it is read; and to steps, unless
 * that is NULL, how, in lines with that indent. False if there is none. */
bool resembles_tell(struct resembles *, size_t set, size_t text,
    struct buf *seen, struct buf *steps, int indent);

/* Messages that follow one another, one of which is the one at hand. */
struct resembles_row {
	const struct span *text; /* of each */
	size_t count, now;
	size_t within; /* at most so many of them make a word */
};

/* What of them an entry takes up: from which to which, and in the one at hand
 * which bytes. */
struct resembles_joined {
	size_t first, last;
	size_t at, len;
};

/* Whether an entry of the set can be read over several of them, that at hand
 * among these: 1, 0 or -1; if so, call found for each place, and append to
 * seen what was seen, as above. */
int resembles_row(struct resembles *, size_t set, const struct resembles_row *,
    void (*found)(void *context, const struct resembles_joined *),
    void *context, struct buf *seen);

#endif
