/* SPDX-License-Identifier: ISC */
/* Batches of rows on their way into a database: one is filled while others are
 * copied, each by a thread with a connection of its own. They commit one after
 * the other, and each moves its journal's place from where it begins. */
#ifndef SHIP_LANES_H
#define SHIP_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "ship/journals.h"
#include "ship/rows.h"

struct batch {
	uint64_t after, seq; /* the lines behind after, up to seq */
	char chain[DIGEST_HEX];
	struct rows rows;
	bool filled; /* else the others mean nothing */
};

struct lanes;

/* Connect. NULL with the reason in why. */
struct lanes *lanes_new(const char *url, struct buf *why);

/* Stop at once: what is not committed is not there. NULL is allowed. */
void lanes_free(struct lanes *);

/* The batch to fill. */
struct batch *lanes_batch(struct lanes *);

/* Whether the server finds words otherwise than words_find(). */
bool lanes_unread(const struct lanes *);

/* Have the batch to fill copied, if it was, and go on with another. False if
 * anything has failed. */
bool lanes_hand_over(struct lanes *);

/* Wait until all that was handed over is committed and on the server's disk.
 * The same. */
bool lanes_join(struct lanes *);

/* Where the journal goes on, as the database has it: the SEQ, 0 if it has
 * nothing, and the chain of that line (chain[0] 0: none). Nothing may be under
 * way. False if it failed. */
bool lanes_begin(struct lanes *, const struct journals_one *, uint64_t *seq,
    char chain[DIGEST_HEX]);

/* When something was committed last, clock_ms(). */
int64_t lanes_moved(const struct lanes *);

/* What failed first, borrowed; and whether another try is in vain. */
const char *lanes_why(const struct lanes *, bool *hopeless);

#endif
