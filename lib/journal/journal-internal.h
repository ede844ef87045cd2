/* SPDX-License-Identifier: ISC */
/* What the parts of a journal's reader share; used by journal*.c alone. */
#ifndef JOURNAL_JOURNAL_INTERNAL_H
#define JOURNAL_JOURNAL_INTERNAL_H

#include "journal/check.h"
#include "journal/journal.h"
#include "journal/lines.h"
#include "journal/segment.h"

struct journal_reader {
	char *path;
	int dir; /* -1: a single segment */
	struct segment_list list;
	size_t at; /* the segment in list */
	bool last; /* it is the last one, as far as was seen */
	struct lines in;
	char name[JOURNAL_NAME];
	const char *single; /* a single segment's file name */
	bool strict;
	struct journal_check check;
	bool torn;
	bool audited; /* the files of the tree */
	struct buf why;
};

/* Set why; JOURNAL_BROKEN, or with errno JOURNAL_ERROR. */
enum journal_item journal_broken(struct journal_reader *, const char *why);
enum journal_item journal_failed(struct journal_reader *);

/* The same, and the next line need not follow from the last. */
enum journal_item journal_malformed(struct journal_reader *, const char *why);

/* The next item of this segment; JOURNAL_END at its end, torn being set. */
enum journal_item journal_step(struct journal_reader *, struct journal_line *);

#endif
