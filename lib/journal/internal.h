/* SPDX-License-Identifier: ISC */
/* What the parts of the journal's writer share; nobody else's. */
#ifndef JOURNAL_INTERNAL_H
#define JOURNAL_INTERNAL_H

#include "journal/flush.h"
#include "journal/ids.h"
#include "journal/lines.h"
#include "journal/lock.h"
#include "journal/segment.h"
#include "journal/write.h"

struct journal_writer {
	struct journal_settings set;
	int dir;
	char id[UUID_LEN];

	/* As the filler sees them, ahead of what is on disk. */
	uint64_t segment; /* its first SEQ */
	off_t offset;	  /* of the next line in it */
	uint64_t records; /* in it */
	int64_t begun;	  /* when it was */
	uint64_t seq;	  /* of the last line */
	uint64_t opened;  /* of the last one when the flusher was started */

	struct flush_target to; /* the flusher's, while it runs */
	struct flusher *flusher;
	struct batch *fill; /* NULL: not claimed */

	struct ids *ids;
	struct lines back;	/* a segment that is read back from */
	uint64_t back_segment;	/* and which; 0: none */
	struct buf proof, reason, text, line;
	struct journal_error error; /* none: the flusher has it */
};

/* Add a line to the batch. */
void writer_put(struct journal_writer *, struct span text);

/* Begin a new segment in the batch, when all before it is flushed. */
void writer_segment(struct journal_writer *);

/* Add a note "# WORD TIME" with what the format makes behind it. */
void writer_note(struct journal_writer *, const char *word,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Make room in the batch for a line of len bytes: the batch may be passed,
 * and a new segment begun. False if something has failed. */
bool writer_room(struct journal_writer *, size_t len);

/* Whether its segment is too old. */
bool writer_aged(const struct journal_writer *);

/* Have a batch to fill. */
void writer_claim(struct journal_writer *);

/* The proof of a record at a SEQ into w->proof, and the beginning of its
 * digest. */
void writer_proof(struct journal_writer *, uint64_t seq,
    const struct record *, unsigned char mark[IDS_MARK]);

/* Pass the record on with the proof that was made last. */
void writer_pass_on(struct journal_writer *, const struct record *);

/* What to do with a record whose id is journaled. */
enum writer_finding writer_repeated(struct journal_writer *,
    const struct id_entry *, const struct record *);

/* Journal the record with that text; known: remember its id. */
bool writer_take(struct journal_writer *, struct span text,
    const struct record *, bool known);

#endif
