/* SPDX-License-Identifier: ISC */
/* The conversation around records: the messages before and after of the same
 * two accounts, or in the same room. */
#ifndef REVIEW_CONTEXT_H
#define REVIEW_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "record/record.h"

enum { CONTEXT_MAX = 1000 }; /* messages before, and after, one record */

/* Of each message there is its first record; what shows an earlier one again
 * (carbons, archives, a room's history) and what has no words is none. */
struct context;

/* n: how many messages before, and how many after; at most CONTEXT_MAX. */
struct context *context_new(size_t n);
void context_free(struct context *);

/* Ask for the conversation around a record. First for all that are asked
 * for: */
void context_want(struct context *, const struct record *);

/* Then take in the records of the journals, in order. line is what the record
 * was taken from. It may be any, also one that was asked for. */
void context_add(struct context *, const struct record *, struct span line);

/* What is around the record of that id, as lines without LF, which stay until
 * context_free. False, with nothing, if it was not asked for. */
struct context_lines {
	const struct span *before, *after; /* in order */
	size_t befores, afters;
};
bool context_around(const struct context *, struct span id,
    struct context_lines *);

/* All that was asked for, as far as it came, and what is around it, in the
 * order it came, each record once; the lines stay likewise. */
size_t context_count(const struct context *);
struct span context_line(const struct context *, size_t i);

#endif
