/* SPDX-License-Identifier: ISC */
/* A segment file in stretches of whole lines, compressed or not: its frames,
 * or else about as much of the bytes themselves. */
#ifndef JOURNAL_STRETCH_H
#define JOURNAL_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "journal/frames.h"

/* A zeroed struct with fd set to the file (the caller's to close) begins at
 * its beginning. */
struct stretches {
	int fd;
	struct frames *packed; /* NULL: it is not compressed */
	off_t place, end; /* of what is not compressed: of the next, of all */
	size_t number;	  /* of the next frame */
};

/* Begin with a file. end: how many of its bytes there are to read if they are
 * not compressed; -1: all. False with errno. */
bool stretches_begin(struct stretches *, int fd, off_t end);
void stretches_end(struct stretches *);

/* Where the next stretch is; it ends with a line's LF, or is the last. False
 * at the end, errno 0, or with errno: EBADMSG where a frame is damaged, EFBIG
 * where there is no end of a line. */
bool stretches_next(struct stretches *, struct frame *);

/* The lines of a stretch, borrowed until the next call; .p NULL with errno,
 * which is EBADMSG if it is damaged, or shorter than that. */
struct span stretches_read(struct stretches *, const struct frame *,
    struct buf *);

#endif
