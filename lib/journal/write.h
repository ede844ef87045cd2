/* SPDX-License-Identifier: ISC */
/* Writing a journal, as cup-journal(5) describes it: records are chained,
 * stamped with their proof, and passed on once they are on disk. */
#ifndef JOURNAL_WRITE_H
#define JOURNAL_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "journal/error.h"
#include "journal/recover.h"
#include "record/record.h"

enum {
	JOURNAL_SEGMENT = 256 * 1024 * 1024, /* bytes, unless set */
	JOURNAL_AHEAD = 4 * 1024 * 1024,
	JOURNAL_IDS = 65536,
	JOURNAL_DAY = 86400, /* seconds: the age of a segment, unless set */
};

struct journal_settings {
	const char *path;
	uint64_t segment_size;	/* a line that would make it longer begins
				 * the next segment */
	int64_t segment_age;	/* microseconds; 0: whatever its age */
	uint64_t ahead;		/* bytes written ahead; 0: none */
	bool compress;		/* segments that are done with */
	size_t ids;		/* how many are remembered */
	const char *heads;	/* a file; NULL: none */
	bool wait;		/* for another writer to end */
	struct digest *proof;	/* borrowed */
	int out;		/* where records are passed on to */
	size_t held;		/* bytes the input holds while it is not read */
};

struct journal_writer;

/* Open the journal, which is made if it is not there, recover it if its last
 * writer has left it so, and note that in it. What was recovered is in *tail.
 * NULL with the error. The strings stay the caller's, as long as it is open. */
struct journal_writer *writer_open(const struct journal_settings *,
    struct journal_tail *tail, struct journal_error *);

enum writer_finding {
	WRITER_TAKEN,	 /* journaled, and passed on as soon as it is on disk */
	WRITER_REPEATED, /* it is journaled already: that is passed on */
	WRITER_CONFLICT, /* its id is, with another stanza: now rejected */
	WRITER_TOO_LONG, /* to be journaled as a conflict: dropped */
	WRITER_FAILED,	 /* writer_close tells why */
};

/* Journal a record: line is what it was parsed from, next what the line after
 * it begins with, if that is known: its id is looked for while this one is
 * worked on. */
enum writer_finding writer_add(struct journal_writer *, struct span line,
    const struct record *, struct span next);

/* Pass a line on, in its place, that is not journaled. False if anything has
 * failed, as for the next. */
bool writer_comment(struct journal_writer *, struct span line);

/* No more is there just now: flush what was added. */
bool writer_offer(struct journal_writer *);

/* A descriptor that becomes readable when a flush has failed, or the next one
 * is to be made: call writer_answer then. */
int writer_alarm(const struct journal_writer *);
bool writer_answer(struct journal_writer *);

/* Milliseconds until there is something to do even if nothing is added, to
 * call writer_tick then: a segment that is too old is ended, and, where that
 * time has passed without input (resting), chores are done. -1: nothing. */
int writer_due(const struct journal_writer *);
bool writer_tick(struct journal_writer *, bool resting);

/* Take what went wrong with segments that are done with: that they are not
 * compressed, or have no tree yet. False if nothing did. */
bool writer_trouble(struct journal_writer *, struct journal_error *);

/* Flush, close the journal, unless it has failed, and free the writer. False
 * with the first error there was. */
bool writer_close(struct journal_writer *, struct journal_error *);

#endif
