/* SPDX-License-Identifier: ISC */
/* SEQ.index beside a closed segment, as cup-journal(5) describes it: which of
 * its slices, some 64 KiB of lines each, may have a record with a key
 * (index-keys.h), and from when to when the records of its frames are. It only
 * says what need not be read; every block of it has its digest in the header,
 * and the header is bound to the segment as it is. */
#ifndef JOURNAL_INDEX_H
#define JOURNAL_INDEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/frames.h"

enum { INDEX_NAME = 27 }; /* bytes of its name, with its NUL */

/* Write the name of the index of the segment whose first line has that SEQ. */
void index_name(char out[INDEX_NAME], uint64_t first);

struct index;

struct index_frame {
	struct frame frame;
	uint64_t line;	      /* lines of the file before it */
	int64_t since, until; /* times of its records, in microseconds, the
			       * first and the last; since > until: none */
	uint32_t slice, slices; /* the first of its slices, how many */
};

struct index_slice {
	uint32_t at;   /* bytes of the frame's lines before it */
	uint32_t line; /* and how many lines */
};

/* Open the index of a segment in the open directory dir; fd is the segment.
 * NULL if there is none, if it is not that of the segment as it is, or if it
 * is wrong: then the segment is to be read without. */
struct index *index_open(int dir, uint64_t first, int fd);
void index_close(struct index *);

size_t index_frames(const struct index *);
size_t index_slices(const struct index *);

/* The first and last time of all its records, as of a frame. */
void index_span(const struct index *, int64_t *since, int64_t *until);

/* One frame, one slice. False if the index is wrong. */
bool index_frame(struct index *, size_t number, struct index_frame *);
bool index_slice(struct index *, const struct index_frame *, size_t number,
    struct index_slice *);

/* Set to 1 each of the slices (a byte each) that may have a record with the
 * key; the others are left as they are. False if the index is wrong. */
bool index_find(struct index *, uint64_t key, unsigned char *slices);

/* Where an index is written to. */
struct index_target {
	int to; /* an empty file */
	int dir; /* where more than memory is to hold is kept meanwhile, in a
		  * file without a name; -1: nowhere */
	uint64_t spare; /* bytes of the disk that are left free, else ENOSPC */
	const atomic_bool *stop; /* NULL: nobody sets it */
};

/* Make the index of the closed segment, of which fd is open, anew: the same
 * bytes for the same segment. False with errno; ECANCELED: stop was set
 * meanwhile. */
bool index_build(int fd, uint64_t first, const struct index_target *);

/* The same, and put it in the place of any that is there: written aside, as
 * SEQ.index.tmp, synced, renamed. A segment that has none is whole without it.
 * spare: bytes of the disk that are left free, else ENOSPC. */
bool index_make(int dir, uint64_t first, uint64_t spare,
    const atomic_bool *stop);

/* The same where there is none that fits the segment. */
bool index_ensure(int dir, uint64_t first, uint64_t spare,
    const atomic_bool *stop);

enum index_finding {
	INDEX_SOUND,
	INDEX_NONE,  /* the segment has none */
	INDEX_WRONG, /* it is not what index_build() makes of the segment */
	INDEX_ERROR, /* errno */
};

/* Compare an index with the lines of its segment. */
enum index_finding index_check(int dir, uint64_t first);

/* Compare all indexes of the journal's directory at path with their segments,
 * up to the first that is wrong or cannot be read: then name is that of it, or
 * of the directory. A segment without one does not count. */
enum index_finding index_check_all(const char *path, char name[INDEX_NAME]);

#endif
