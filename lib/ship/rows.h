/* SPDX-License-Identifier: ISC */
/* Records as rows of the tables of tables.h, in the binary format of COPY. */
#ifndef SHIP_ROWS_H
#define SHIP_ROWS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/uuid.h"
#include "record/fields.h"
#include "record/participants.h"
#include "ship/words.h"

enum rows_table {
	ROWS_RECORDS,
	ROWS_PARTICIPANTS,
	ROWS_FILES,
	ROWS_UNREAD, /* records whose words the server has to find */
	ROWS_TABLES
};

/* "cup.records (journal, seq, ...)": what COPY is told. */
extern const char *const rows_table[ROWS_TABLES];

/* Somebody a record is from or to. */
struct rows_jid {
	uint64_t head; /* the first bytes of the address, as they sort */
	size_t at, len; /* in jids */
	int64_t seq, time;
	bool to;
};

/* Of one journal. A zeroed struct is a valid empty one. */
struct rows {
	struct buf table[ROWS_TABLES];
	struct buf after; /* SQL, for what follows them */
	size_t records;
	int *month; /* that they are in */
	size_t months;
	struct rows_jid *jid; /* not yet in their table */
	size_t jid_count, jid_cap;
	struct buf jids;
	char journal[UUID_LEN + 1];
};

/* What rows are made with. A zeroed struct is valid. */
struct rows_maker {
	struct fields fields;
	struct participants participants;
	struct words words;
	struct buf value, body;
	bool unread; /* leave all words to the server */
};

/* Append the rows of the record at seq in the journal. */
void rows_add(struct rows *, struct rows_maker *, uint64_t seq,
    const struct record *);

/* Whether a note takes records away; then what does it is in after. */
bool rows_note(struct rows *, struct span note);

/* All that is to come is there: what is in the tables is whole. */
void rows_end(struct rows *);

size_t rows_bytes(const struct rows *);
void rows_reset(struct rows *);
void rows_release(struct rows *);
void rows_maker_release(struct rows_maker *);

#endif
