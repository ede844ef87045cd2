/* SPDX-License-Identifier: ISC */
/* Records from a descriptor: what every stage reads its input with. */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "record/record.h"

enum { READER_CHUNK = 256 * 1024 }; /* bytes asked of one read */

/* A line is a comment (it begins with '#') or a record. */
enum reader_item {
	READER_RECORD,	/* record and line are set */
	READER_COMMENT,	/* line is set: to be passed on as it is */
	READER_BAD,	/* a line that is no record: why and number say */
	READER_DRAINED,	/* no whole line is left here: flush, then go on;
			 * the next call may block */
	READER_END,	/* end of input */
	READER_ERROR,	/* reading failed: errno */
};

struct reader {
	int fd;
	bool socket;	  /* fd is one */
	struct buf in;
	size_t pos;	  /* of the next line in in */
	size_t scanned;	  /* up to here there is no LF */
	bool skipping;	  /* inside a line that is too long */
	bool ended;
	bool drained;
	uint64_t number;  /* of the line last returned, from 1 */
	const char *why;  /* for READER_BAD */
	struct span line; /* without its LF; borrowed until the next call */
};

/* Read from fd, which the caller keeps and closes. */
void reader_init(struct reader *, int fd);
void reader_release(struct reader *);

/* The next item. A last line without LF is cut off, so it is bad. */
enum reader_item reader_next(struct reader *, struct record *);

/* As reader_next, but lines are only framed, not parsed: READER_RECORD means
 * a line that is not a comment. For other kinds of lines than records. */
enum reader_item reader_line(struct reader *);

/* The first n bytes behind the last item, whatever they are; .p NULL if they
 * have not been read yet. Borrowed until the next item. */
struct span reader_peek(const struct reader *, size_t n);

/* One read of fd, also where it does not block; as read(2) otherwise. */
ssize_t reader_read(int fd, char *p, size_t size);

#endif
