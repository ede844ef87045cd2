/* SPDX-License-Identifier: ISC */
/* A file that is told the chain of the journal's last line now and then, to
 * be kept where the journal's keeper cannot change it: SEQ:CHAIN TAB TIME. */
#ifndef JOURNAL_HEADS_H
#define JOURNAL_HEADS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "journal/error.h"

enum { HEADS_EVERY = 1000000 }; /* microseconds, at least */

struct journal_heads {
	int fd; /* -1: none */
	const char *path;
	int64_t written; /* when; 0: never */
	bool pending;	 /* there is a newer one than was written */
	uint64_t seq;
	char chain[DIGEST_HEX];
};

/* Open the file to append to; NULL for none. False with the error set. */
bool heads_open(struct journal_heads *, const char *path,
    struct journal_error *);
void heads_close(struct journal_heads *);

/* This is on disk now. It is written if the last one is old enough. */
bool heads_set(struct journal_heads *, uint64_t seq,
    const char chain[DIGEST_HEX], struct journal_error *);

/* Write what is pending, whatever the time. */
bool heads_flush(struct journal_heads *, struct journal_error *);

/* Microseconds until the pending one is due, 0 if it is; -1: none is. */
int64_t heads_due(const struct journal_heads *);

#endif
