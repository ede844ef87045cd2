/* SPDX-License-Identifier: ISC */
/* What the parts of a survey share; used by survey*.c alone. */
#ifndef PRUNE_SURVEY_INTERNAL_H
#define PRUNE_SURVEY_INTERNAL_H

#include "journal/journal.h"
#include "journal/segment.h"
#include "prune/survey.h"

/* A record of the frame that is being read. */
struct entry {
	uint64_t seq;
	const struct keep *keep; /* NULL: it stays */
	bool wanted, held;
};

struct survey {
	const struct survey_rules *rules;
	struct plan *plan;
	struct entry *entry; /* of the frame */
	size_t entries, room;
	uint64_t bytes;	    /* of the frame */
	char newest[STAMP_LEN]; /* of its times */
	bool timed, dated; /* it has records; it has notes */
	char noted[STAMP_LEN]; /* the newest time of these */
	bool stays;	    /* there is something in it that nobody can read */
	uint64_t seq;	    /* of the last line */
	int dir;
	struct segment_list list;
	uint64_t first;	    /* SEQ of the segment; 0: none yet */
	uint64_t open;	    /* of the last segment */
	int version;
	uint64_t gone;	    /* what is pruned in it already, up to there */
	uint64_t to, records, pruned_bytes; /* what may go, so far */
	bool prefix;	    /* all frames so far may go */
};

/* survey-frame.c: what of a segment may go, told of each of its lines. */
void survey_begin_segment(struct survey *, const struct journal_line *first);
void survey_take(struct survey *, enum journal_item,
    const struct journal_line *);
void survey_end_segment(struct survey *); /* where there is one */

#endif
