/* SPDX-License-Identifier: ISC */
/* The lines of one segment file with their places in it, and looking at a
 * line again that its writer may have changed meanwhile. */
#ifndef JOURNAL_LINES_H
#define JOURNAL_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "journal/frames.h"

enum lines_item {
	LINES_LINE,  /* one line */
	LINES_BLANK, /* unwritten space begins here */
	LINES_CUT,   /* the file ends in this line */
	LINES_LONG,  /* longer than any journal line; its beginning is given */
	LINES_SPOILT, /* a compressed frame is damaged: reading goes on behind */
	LINES_END,   /* of the file */
	LINES_ERROR, /* errno */
};

/* A zeroed struct is valid and has no file: lines_reset gives it one. Offsets
 * are those of the lines, also where they are compressed: frames_find has the
 * frame of one, and lines_seek goes to any. */
struct lines {
	int fd;
	struct frames *packed; /* NULL: it is not compressed */
	struct buf in;
	size_t start, pos; /* in in: of this line, of the next */
	off_t base;	   /* offset in the file of in's first byte */
	uint64_t number;   /* of this line, from 1 */
};

/* The next line, without its LF, borrowed until the next call. After
 * LINES_BLANK, LINES_CUT and LINES_END a further call tries again, with what
 * the file has then. */
enum lines_item lines_next(struct lines *, struct span *line);

/* Offset of the line last returned, or of where it would have begun. */
off_t lines_offset(const struct lines *);

/* What is behind the line last returned: 'x' for more, '\n' for unwritten
 * space, 0 for nothing, or for what cannot be read. */
char lines_behind(const struct lines *);

/* Go back to the beginning of the line last returned, to read it anew. */
void lines_back(struct lines *);

/* Offset of the first byte from there on that is no line feed; -1 if there
 * is none, -2 with errno. */
off_t lines_beyond(struct lines *, off_t from);

/* Go on from that offset, which begins a line, or from the end. */
void lines_seek(struct lines *, off_t to);
void lines_end(struct lines *);

/* Go to a line at or before the one with that SEQ, and near it, where all are
 * in order. False with errno. What number of a line is it then is lost. */
bool lines_find(struct lines *, uint64_t seq);

/* As pread, wherever the next line is. */
ssize_t lines_read_at(const struct lines *, char *p, size_t n, off_t at);

/* Begin at the beginning of a file (the caller's to close), compressed or not;
 * keep the memory, which release frees. */
void lines_reset(struct lines *, int fd);
void lines_release(struct lines *);

#endif
