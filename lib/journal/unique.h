/* SPDX-License-Identifier: ISC */
/* Each message once, that stands in a journal as sent, received, carbon,
 * reflection and history. */
#ifndef JOURNAL_UNIQUE_H
#define JOURNAL_UNIQUE_H

#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"

/* Keeps the first record of each message, and the ids of its copies. Copies
 * are of the same author and addressee, or room and nick, have the same id and
 * the same words; what has no id, or is no message, is no copy of anything. */
struct unique;

struct unique *unique_new(void);
void unique_free(struct unique *);

/* Take a record; line is what it was taken from. Returns whether it is the
 * first one of its message. */
bool unique_add(struct unique *, const struct record *, struct span line);

/* The same, and which message it is, numbered from 0 as they come. */
bool unique_tell(struct unique *, const struct record *, struct span line,
    size_t *which);

/* Forget all. */
void unique_reset(struct unique *);

/* How many there are, and append one of them, from 0, as a line with its LF:
 * with copies= (record.h) behind it where it has some. */
size_t unique_count(const struct unique *);
void unique_write(const struct unique *, size_t, struct buf *out);

#endif
