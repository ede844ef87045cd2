/* SPDX-License-Identifier: ISC */
/* Reading a journal line by line, but for what its indexes show not to be
 * meant: neither a record that meets a search's conditions, nor a line that may
 * be reported. */
#ifndef JOURNAL_SKIP_H
#define JOURNAL_SKIP_H

#include "journal/journal.h"
#include "journal/segment.h"
#include "journal/search.h"

struct skip {
	const struct search *search;
	int dir;
	struct segment_list list;
	uint64_t first; /* of the segment that the rest is about; 0: none yet */
	struct index *index; /* NULL: all of it is to be read */
	unsigned char *slices;
	size_t frame; /* the next of the index */
	off_t place;  /* of the one before */
	uint64_t to;  /* up to the line of that number all is to be read */
};

/* Where to go on, as journal_seek() takes it. */
struct skip_place {
	uint64_t first;
	off_t place;
	uint64_t lines;
};

/* Of the journal that is open as dir, for that search: both are the caller's. */
void skip_init(struct skip *, const struct search *, int dir);
void skip_release(struct skip *);

/* Told of every line as it is read of that journal. True: go to next, as
 * neither this line nor one before that place is meant. */
bool skip_line(struct skip *, const struct journal_line *,
    struct skip_place *next);

#endif
