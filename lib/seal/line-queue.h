/* SPDX-License-Identifier: ISC */
/* Lines of a journal that are handed over to other threads: each is looked at
 * alone, many at the same time, and then they are taken in their order. */
#ifndef SEAL_LINE_QUEUE_H
#define SEAL_LINE_QUEUE_H

#include <stdbool.h>

#include "base/merkle.h"
#include "journal/journal.h"

struct line_queue;

/* What was seen of a line. */
struct looked {
	const char *why; /* a constant: what is wrong with it; NULL */
	bool pruned;	 /* it stands for pruned lines */
	unsigned char leaf[MERKLE_HASH]; /* else, if nothing is wrong */
};

/* Looks at a line, with a digest of its thread's own. The spans of a line are
 * borrowed during the call. */
typedef void line_looker(struct digest *, enum journal_item,
    const struct journal_line *, struct looked *);

/* Takes the next one, one call at a time; false: no more of them. */
typedef bool line_taker(void *arg, enum journal_item,
    const struct journal_line *, const struct looked *);

struct line_queue *line_queue_new(line_looker *, line_taker *, void *arg);

/* Hand a line over, by copying it. False once one was refused. */
bool line_queue_add(struct line_queue *, enum journal_item,
    const struct journal_line *);

/* Wait until all of them were taken, and free it. False if one was refused. */
bool line_queue_end(struct line_queue *);

#endif
