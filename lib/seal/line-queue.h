/* SPDX-License-Identifier: ISC */
/* Lines of a journal that are handed over to a second thread, in their order,
 * so that they are read and looked at at the same time. */
#ifndef SEAL_LINE_QUEUE_H
#define SEAL_LINE_QUEUE_H

#include <stdbool.h>

#include "journal/journal.h"

struct line_queue;

/* Takes a line, in the other thread; false: no more of them. Its spans are
 * borrowed during the call. */
typedef bool line_taker(void *arg, enum journal_item,
    const struct journal_line *);

struct line_queue *line_queue_new(line_taker *, void *arg);

/* Hand a line over, by copying it. False once one was refused. */
bool line_queue_add(struct line_queue *, enum journal_item,
    const struct journal_line *);

/* Wait until all of them were taken, and free it. False if one was refused. */
bool line_queue_end(struct line_queue *);

#endif
