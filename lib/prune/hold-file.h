/* SPDX-License-Identifier: ISC */
/* Legal holds: what is kept whatever its age, and whoever asks for it to be
 * erased. A file of lines, each a name and conditions that must all hold, as
 * cup-search(1) has them:
 *
 *	case-17 with alice@acme.example since 2026-01-01 until 2026-06-30
 *	case-18 id 019aac21-0001-7000-8000-000000000001
 *
 * Several lines of one name are one hold, which any of them is enough for. */
#ifndef PRUNE_HOLD_FILE_H
#define PRUNE_HOLD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "journal/search.h"
#include "record/record.h"

enum {
	HOLD_FILE_MAX = 16 * 1024 * 1024, /* bytes of a file */
	HOLD_LINE_MAX = 4096,		  /* of a line, without its LF */
};

/* A line of it, or several of one name that only have an id each. */
struct hold {
	char *name;
	struct buf text;	/* the conditions, as they stand there */
	struct search *search;
	bool ids;		/* only of them */
	/* Of the records that were shown to hold_file_match: */
	uint64_t records;
	char first[STAMP_LEN], last[STAMP_LEN]; /* their times */
};

/* A zeroed struct is a valid empty one: nothing is held. */
struct hold_file {
	struct hold *hold;
	size_t count;
};

/* Read a file into what is empty. Every mistake is added to mistakes, as a line
 * "PATH:LINE: ..." with its LF; where there is one, nothing is to be pruned. */
void hold_file_read(struct hold_file *, const char *path, int64_t now,
    struct buf *mistakes);

/* The first hold that a record is under, or may be, as its stanza cannot be
 * read; NULL: none. Each hold that it is under counts it. */
const struct hold *hold_file_match(struct hold_file *, const struct record *);

void hold_file_release(struct hold_file *);

#endif
