/* SPDX-License-Identifier: ISC */
/* Reading a journal: what of it need not be there any more. */
#ifndef PRUNE_SURVEY_H
#define PRUNE_SURVEY_H

#include <stdbool.h>

#include "prune/hold-file.h"
#include "prune/keeps.h"
#include "prune/plan.h"

/* A frame is what is pruned or not as a whole: about that many bytes of lines,
 * up to a line whose SEQ is a multiple of FRAME_LINES, as those of one subtree
 * are hashed together, or to the end of the segment. */
enum { FRAME_BYTES = 1024 * 1024, FRAME_LINES = 64 };

/* What is asked to be forgotten. */
struct forget {
	const char *id;	 /* of a record, and of those that refer to it */
	const char *jid; /* or everything with that JID */
	const char *why;
};

struct survey_rules {
	const struct keeps *keeps;
	struct hold_file *holds;
	struct search *forget; /* NULL: nothing is */
	struct forget asked;
	const char *by; /* who does it */
	bool all;	/* read all, also what is too young, to count what is
			 * held */
};

enum survey_end {
	SURVEY_FINE,
	SURVEY_BROKEN, /* the journal is not whole: nothing is to be done */
	SURVEY_UNREAD, /* it cannot be read, with errno */
};

/* Make the plan, which is empty, of a journal, the path of a directory. Where
 * that cannot be, why says it. */
enum survey_end survey(struct plan *, const char *journal,
    const struct survey_rules *, struct buf *why);

/* Whether the record, of which line is all, was asked for. SEARCH_BROKEN: its
 * stanza cannot be read, and may be. */
enum search_finding survey_wanted(const struct survey_rules *,
    const struct record *, struct span line);

#endif
