/* SPDX-License-Identifier: ISC */
/* What is held, for people: read off journals as they are now. */
#ifndef REVIEW_LIST_H
#define REVIEW_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "review/holds.h"

struct context;

enum list_reading {
	LIST_WHOLE,
	LIST_BROKEN, /* lines were passed over; why names the first */
	LIST_UNREAD, /* why says what could not be read, and why not */
};

/* Read a journal, one segment of it or a file of records into holds, and what
 * was settled of it off its review journal, to; NULL: the one that stands
 * beside it, JOURNAL.review, if there is one. */
enum list_reading list_read(struct holds *, const char *journal,
    const char *to, struct buf *why);

/* The same where what was settled is read already. */
enum list_reading list_journal(struct holds *, const char *journal,
    struct buf *why);

/* The same of what a keeper answered: each record, and what was said of it. */
void list_take(struct holds *, struct span lines);

/* Read a journal once more, for the conversation around what was asked for. */
enum list_reading list_context(struct context *, const char *journal,
    struct buf *why);

/* Those that are held and open, or were settled, oldest first: an array that
 * the caller frees. */
struct hold **list_sorted(const struct holds *, bool settled, size_t *count);

/* Append the record as a line with its LF, and, if wanted, all that was said
 * of it, which holds must have kept. */
void list_write(struct buf *, const struct hold *, bool reviews);

/* Append all that was said of it as a person reads it, in lines: "TIME anna
 * escalated to bob: text". */
void list_remarks(struct buf *, const struct hold *);

/* Whether it was held by a policy of another tag than now: then by which, and
 * which rule of that. */
bool list_other_policy(const struct hold *, const char *tag,
    struct reason *held);

#endif
