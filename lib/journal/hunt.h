/* SPDX-License-Identifier: ISC */
/* A search through one or several journals: closed segments by threads and by
 * their indexes, the one that is written, and what is no journal, line by
 * line. What is found comes in the order of time; of one journal in its own. */
#ifndef JOURNAL_HUNT_H
#define JOURNAL_HUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/search.h"

enum hunt_item {
	HUNT_FOUND,   /* a record that meets the conditions */
	HUNT_UNSURE,  /* SEARCH_UNSURE; where says which */
	HUNT_BAD,     /* a line that cannot be searched: where and why */
	HUNT_DRAINED, /* the next call may block: flush */
	HUNT_IDLE,    /* nothing yet; time has passed */
	HUNT_END,
	HUNT_ERROR, /* reading failed: errno, why says where */
};

struct hunt_found {
	struct span line;  /* the record, without its LF */
	const char *where; /* as source_where(); NULL for HUNT_FOUND */
	const char *why;
};

struct hunt;

/* Search with these conditions, which must stay as long as it lasts. */
struct hunt *hunt_new(struct search *);
void hunt_free(struct hunt *);

/* Search there, too: what source_open() takes, or NULL for the descriptor fd,
 * which the caller closes. path must stay. False with errno and *why. */
bool hunt_add(struct hunt *, const char *path, int fd, const char **why);

/* The next item; what it has is borrowed until the next call. */
enum hunt_item hunt_next(struct hunt *, struct hunt_found *);

/* How much was searched of how much, in bytes as they are on disk; all is 0
 * where nobody can tell. */
void hunt_progress(const struct hunt *, uint64_t *done, uint64_t *all);

#endif
