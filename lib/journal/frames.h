/* SPDX-License-Identifier: ISC */
/* Compressed segments: a row of zstd frames (RFC 8878), each of whole lines,
 * read as if they were not compressed. */
#ifndef JOURNAL_FRAMES_H
#define JOURNAL_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

enum { FRAME_SIZE = 1024 * 1024 }; /* bytes of lines, or a single longer one */

/* A place is an offset in the lines as they are when they are not compressed,
 * which is what lines.h calls an offset. */
struct frame {
	off_t at;      /* offset in the file */
	size_t packed; /* bytes there */
	off_t place;   /* of its first line */
	size_t size;   /* bytes of its lines */
};

struct frames;

/* Read the file, which the caller keeps and closes. NULL if it does not begin
 * as a compressed one does: then its bytes are the lines. */
struct frames *frames_new(int fd);
void frames_free(struct frames *);

/* As pread at a place: -1 with errno, which is EBADMSG in or behind a frame
 * that is damaged. */
ssize_t frames_read_at(struct frames *, char *p, size_t n, off_t place);

/* Where reading can go on behind a damaged frame: at the next one, or, if
 * nobody knows where that is, at the end, which it returns as place. */
off_t frames_skip(struct frames *, off_t place);

/* The frame of that number, from 0, or the one with that place in it. Only
 * headers are read for it. False at the end, errno 0, or with errno. */
bool frames_get(struct frames *, size_t number, struct frame *);
bool frames_find(struct frames *, off_t place, struct frame *);

/* The lines of a frame, borrowed until the next call for another one, or of
 * frames_read_at; .p NULL with errno. Lines are not checked by this. */
struct span frames_lines(struct frames *, const struct frame *);

/* Making frames: the same memory for all of them. */
struct packer;

struct packer *packer_new(void);
void packer_free(struct packer *);

/* How many of the bytes p, which begin with a line, make the next frame: whole
 * lines. 0 if there are too few to tell and more can come. */
size_t packer_take(const char *p, size_t n, bool more);

/* Append a frame of these lines. */
void packer_add(struct packer *, struct span lines, struct buf *out);

#endif
