/* SPDX-License-Identifier: ISC */
/* What rows*.c share, and nobody else. */
#ifndef SHIP_ROWS_INTERNAL_H
#define SHIP_ROWS_INTERNAL_H

#include "ship/rows.h"

/* The row of which record. */
struct rows_key {
	struct span journal;
	int64_t seq, time;
};

/* Begin a row: so many columns are to follow journal, seq and time. */
struct buf *rows_begin(struct rows *, enum rows_table, const struct rows_key *,
    unsigned columns);

/* rows-participants.c: collect who the record is from and to; it is in
 * fields. */
void rows_participants(struct rows *, struct rows_maker *,
    const struct record *, const struct rows_key *);

/* Put all of them into their table. */
void rows_sort(struct rows *);

#endif
