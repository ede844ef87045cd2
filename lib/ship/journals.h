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
	char chain[DIGEST_HEX]; /* of that line; chain[0] 0: not known */
	bool met; /* that line, or a later one, was read */
};

/* Open it and learn its id, if it has one yet. False: it was said. */
bool journals_open(struct journals_one *, const struct journals_config *,
    const char *path);
void journals_close(struct journals_one *);

/* The id, once its first line is read; false: it makes no sense, and said. */
bool journals_know(struct journals_one *, const struct journals_config *);

/* It is there up to one->seq, the line with one->chain: go on in the segment
 * that has that, *forget: not behind the line that was read last. False: it
 * was said. */
bool journals_resume(struct journals_one *, const struct journals_config *,
    bool *forget);

enum journals_line {
	JOURNALS_NEW, /* one->seq and chain are not yet those of it */
	JOURNALS_OLD, /* it is there */
	JOURNALS_OTHER, /* not the line that is there; it was said */
};

/* What a line is to where its journal goes on. */
enum journals_line journals_line(struct journals_one *,
    const struct journals_config *, const struct journal_line *);

/* The same at its end: false if it has not got as far as it is there, and said:
 * what it had is lost, or another one is in its place. */
bool journals_whole(const struct journals_one *,
    const struct journals_config *);

/* How many lines its journal has on disk behind one->seq, as its lock file
 * says; 0 if that is not known. */
uint64_t journals_behind(const struct journals_one *);

/* Wait for so many milliseconds, or for the end: true. */
bool journals_ending(const struct journals_config *, int ms);

#endif
