/* SPDX-License-Identifier: ISC */
/* Records as rows of the tables of tables.h, in the text format of COPY. */
#ifndef SHIP_ROWS_H
#define SHIP_ROWS_H

#include <stdint.h>

#include "base/buf.h"
#include "record/fields.h"
#include "record/participants.h"

enum rows_table {
	ROWS_RECORDS,
	ROWS_PARTICIPANTS,
	ROWS_TEXTS,
	ROWS_FILES,
	ROWS_TABLES
};

/* "cup.records (journal, seq, ...)": what COPY is told. */
extern const char *const rows_table[ROWS_TABLES];

/* A zeroed struct is a valid empty one. */
struct rows {
	struct buf table[ROWS_TABLES];
	struct buf after; /* SQL, for what follows them */
	size_t records;
	int *month; /* that they are in */
	size_t months;
};

/* What rows are made with. A zeroed struct is valid. */
struct rows_maker {
	struct fields fields;
	struct participants participants;
	struct buf value;
};

/* Append the rows of the record at seq in the journal. */
void rows_add(struct rows *, struct rows_maker *, struct span journal,
    uint64_t seq, const struct record *);

/* Whether a note takes records away; then what does it is in after. */
bool rows_note(struct rows *, struct span journal, struct span note);

size_t rows_bytes(const struct rows *);
void rows_reset(struct rows *);
void rows_release(struct rows *);
void rows_maker_release(struct rows_maker *);

#endif
