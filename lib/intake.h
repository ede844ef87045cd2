/* SPDX-License-Identifier: ISC */
/* Records from a descriptor: what every stage reads its input with. */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "record.h"

enum { INTAKE_CHUNK = 256 * 1024 }; /* bytes asked of one read */

/* A line is a comment (it begins with '#') or a record. */
enum intake_item {
	INTAKE_RECORD,	/* record and line are set */
	INTAKE_COMMENT,	/* line is set: to be passed on as it is */
	INTAKE_BAD,	/* a line that is no record: why and number say */
	INTAKE_DRAINED,	/* no whole line is left here: flush, then go on;
			 * the next call may block */
	INTAKE_END,	/* end of input */
	INTAKE_ERROR,	/* reading failed: errno */
};

struct intake {
	int fd;
	struct buf in;
	size_t pos;	  /* of the next line in in */
	size_t scanned;	  /* up to here there is no LF */
	bool skipping;	  /* inside a line that is too long */
	bool ended;
	bool drained;
	uint64_t number;  /* of the line last returned, from 1 */
	const char *why;  /* for INTAKE_BAD */
	struct span line; /* without its LF; borrowed until the next call */
};

/* Read from fd, which the caller keeps and closes. */
void intake_init(struct intake *, int fd);
void intake_release(struct intake *);

/* The next item. A last line without LF is cut off, so it is bad. */
enum intake_item intake_next(struct intake *, struct record *);

/* As intake_next, but lines are only framed, not parsed: INTAKE_RECORD means
 * a line that is not a comment. For other kinds of lines than records. */
enum intake_item intake_line(struct intake *);

/* The first n bytes behind the last item, whatever they are; .p NULL if they
 * have not been read yet. Borrowed until the next item. */
struct span intake_peek(const struct intake *, size_t n);

/* One read of fd, also where it does not block; as read(2) otherwise. */
ssize_t intake_read(int fd, char *p, size_t size);

#endif
