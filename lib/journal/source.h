/* SPDX-License-Identifier: ISC */
/* Records from wherever they are kept: a journal, one segment of it, a file
 * of records, or a descriptor. */
#ifndef JOURNAL_SOURCE_H
#define JOURNAL_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/journal.h"
#include "record/reader.h"
#include "record/record.h"

enum source_item {
	SOURCE_RECORD,	/* record and line are set; seq where it has one */
	SOURCE_NOTE,	/* a line with '#': line is set */
	SOURCE_BAD,	/* a line that is no record: why and source_where() */
	SOURCE_DRAINED, /* the next call may block: flush */
	SOURCE_END,
	SOURCE_ERROR, /* reading failed: errno, why says where */
};

struct source {
	const char *path; /* the caller's; NULL: a descriptor */
	bool directory;
	struct journal_reader *journal; /* NULL: records from in */
	struct reader in;
	struct journal_line at;
	struct span line; /* the record or note, without its LF; borrowed */
	uint64_t seq;	  /* in the journal; 0: it has none */
	const char *why;
	struct buf where;
};

/* Read records from fd, which the caller keeps and closes. */
void source_init(struct source *, int fd);

/* Open what is at path. False with errno and *why; the source is then to be
 * released all the same. */
bool source_open(struct source *, const char *path, const char **why);

void source_release(struct source *);

/* Of a journal's directory: as journal_seek(). False with errno and why. */
bool source_seek(struct source *, uint64_t first, off_t place, uint64_t lines);

/* Whether there is a journal, or a segment of one. */
bool source_is_journal(const char *path);

enum source_item source_next(struct source *, struct record *);

/* The same, but what is in the line is not looked at: record_parse() does so,
 * maybe elsewhere. */
enum source_item source_line(struct source *);

/* Where the last item was: "line 3", "FILE:3" or "JOURNAL/SEGMENT:3";
 * borrowed until the next call. */
const char *source_where(struct source *);

#endif
