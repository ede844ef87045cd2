/* SPDX-License-Identifier: ISC */
/* Journals that are brought somewhere, as far as that does not depend on
 * where. */
#ifndef SHIP_JOURNALS_H
#define SHIP_JOURNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"
#include "journal/journal.h"
#include "ship/status.h"

enum { JOURNALS_LOOK = 200 }; /* milliseconds between looks at their ends */

struct journals_config {
	const char *const *path;
	size_t count;
	bool follow; /* go on when there is more */
	int ending;  /* readable once it shall end */
	const char *status; /* a file to keep the state in; NULL: none */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

enum journals_result {
	JOURNALS_DONE,
	JOURNALS_ENDED,	    /* by what ending says */
	JOURNALS_BROKEN,    /* a journal is, or cannot be read; it was said */
	JOURNALS_UNREACHED, /* the target is not there now; it was said */
	JOURNALS_REFUSED,   /* it never takes it; it was said */
};

/* One of them, read. */
struct journals_one {
	const char *path;
	struct journal_reader *reader;
	char id[UUID_LEN + 1]; /* "": it has no line yet */
	uint64_t seq;	       /* up to which it is there */
};

/* Open it and learn its id, if it has one yet. False: it was said. */
bool journals_open(struct journals_one *, const struct journals_config *,
    const char *path);
void journals_close(struct journals_one *);

/* The id, once its first line is read; false: it makes no sense, and said. */
bool journals_know(struct journals_one *, const struct journals_config *);

/* Wait for so many milliseconds, or for the end: true. */
bool journals_ending(const struct journals_config *, int ms);

#endif
