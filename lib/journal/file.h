/* SPDX-License-Identifier: ISC */
/* The segment that is written: its data, and the space written ahead of
 * them. */
#ifndef JOURNAL_FILE_H
#define JOURNAL_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "journal/error.h"
#include "journal/segment.h"

enum { FILE_ROOM = 16 }; /* steps of free space that stay for others */

struct journal_file {
	int dir;	/* the journal's, the caller's to close */
	int fd;		/* -1: none */
	char name[JOURNAL_NAME];
	off_t end;	/* of the data, all of them on disk */
	off_t ahead;	/* of what is written, with line feeds from end */
	off_t step;	/* how far to write ahead; 0: not */
	bool crowded;	/* there was no room for that in this segment */
};

/* Begin a new segment; it is in its directory when this returns. As all
 * functions here: false with the error set. */
bool file_create(struct journal_file *, uint64_t first,
    struct journal_error *);

/* Append n bytes and have them on disk. */
bool file_append(struct journal_file *, const char *p, size_t n,
    struct journal_error *);

/* Whether it is time to write ahead. */
bool file_wants_ahead(const struct journal_file *);

/* Write some of the space ahead. No room for that is no error. */
bool file_write_ahead(struct journal_file *, struct journal_error *);

/* Cut off what is written ahead, and close it. */
bool file_finish(struct journal_file *, struct journal_error *);

/* Only close it, if it is open. */
void file_drop(struct journal_file *);

/* Write n bytes to that place of fd, all of them. False with errno. */
bool file_write_at(int fd, const char *p, size_t n, off_t at);

#endif
