/* SPDX-License-Identifier: ISC */
/* Finding the end of a journal: its last segments, line by line. Only for
 * recover.c. */
#ifndef JOURNAL_SCAN_H
#define JOURNAL_SCAN_H

#include "journal/check.h"
#include "journal/lines.h"
#include "journal/recover.h"
#include "journal/segment.h"

struct scan {
	int dir;
	char name[JOURNAL_NAME];
	struct lines in;
	struct journal_check check;
	struct journal_tail *tail;
	off_t last;	   /* where the last whole line begins */
	uint64_t from;	   /* the first SEQ to be checked and shown */
	uint64_t synced;   /* one that was on disk */
	journal_seen *seen;
	void *context;
	struct buf broken; /* what is wrong behind tail->end; empty: nothing */
	struct journal_error *error;
};

/* Read the segments of the list, which is not empty, as far as they are
 * needed. False with the error; else the tail is what is whole, and broken
 * says what is wrong behind it, the last segment being open in in. */
bool scan_segments(struct scan *, const struct segment_list *, uint64_t want);

/* Set the error: the phrase, the segment, and errno; returns false. */
bool scan_fault(struct scan *, const char *phrase);

#endif
