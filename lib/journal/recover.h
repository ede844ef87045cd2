/* SPDX-License-Identifier: ISC */
/* The end of a journal, as its next writer finds it: found, checked, and put
 * right after a crash. */
#ifndef JOURNAL_RECOVER_H
#define JOURNAL_RECOVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "journal/error.h"
#include "journal/journal.h"

struct journal_tail {
	uint64_t segment; /* the last one, by its first SEQ; 0: there is none */
	off_t end;	  /* of what is whole in it */
	uint64_t seq;	  /* of the last line; 0: there is none */
	char chain[DIGEST_HEX];
	char id[UUID_LEN]; /* the journal's; set before the first is seen */
	int64_t begun;	  /* the segment, in microseconds */
	int version;	  /* of its format */
	bool packed;	  /* it is compressed: the next line begins another */
	uint64_t records; /* in it */
	bool closed;	  /* the last writer has closed it */
	off_t torn;	  /* bytes that were cut off */
	char kept[64];	  /* the file they are kept in */
};

/* Called for the last lines that are whole, in order, with their offset. */
typedef void journal_seen(void *context, const struct journal_line *,
    off_t offset);

/* Find the end of the journal whose directory is open as dir; nobody else may
 * write it. What a crash has left unfinished is kept in a file of its own and
 * cut off, and the last lines are written again in place, so that what is
 * believed is on disk. Broken lines that no crash can have left are
 * FAULT_CORRUPT, and then nothing is changed. At least the last want lines
 * are shown to seen, and not many more than it takes to find them. synced is
 * a SEQ that is known to have been on disk, 0 if none is. */
bool journal_recover(int dir, struct journal_tail *, uint64_t synced,
    uint64_t want, journal_seen *, void *context, struct journal_error *);

#endif
