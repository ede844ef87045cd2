/* SPDX-License-Identifier: ISC */
/* One writer at a time: the lock file of a journal. Its first line says who
 * has it, its second up to which SEQ the journal was on disk, as a hint: it
 * is not synchronised, so it may be late, but never early. */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct journal_lock {
	int fd;		 /* -1: not locked */
	uint64_t synced; /* as the writer before has left it, 0: unknown;
			  * then as it is */
	uint64_t said;	 /* what the file says of it, */
	int64_t said_at; /* since then: clock_ms */
	off_t at;	 /* of the second line */
};

/* Take the lock of the journal that is open as dir, and say who has it. It is
 * held until it is dropped. False with errno, EAGAIN if another one has it
 * (and wait is not set): then *holder says who, in its words. */
bool lock_take(struct journal_lock *, int dir, bool wait, struct buf *holder);
void lock_drop(struct journal_lock *);

/* The journal is on disk up to that SEQ. The file is told that now and then,
 * as each time would cost as much as the line itself; lock_tell tells what it
 * was not told, and so does lock_drop. */
void lock_synced(struct journal_lock *, uint64_t seq);
bool lock_untold(const struct journal_lock *);
void lock_tell(struct journal_lock *);

/* Up to which SEQ the journal was on disk at least; 0 if that is not known. */
uint64_t lock_read_synced(int dir);

/* Whether somebody has it now, who is put into *holder. */
bool lock_held(int dir, struct buf *holder);

/* Lock the journal's closed segments, for who puts others in their place:
 * under another lock than the writer's, in the file "segments". Returns a
 * descriptor, closing which ends it; or -1 with errno, EAGAIN if somebody has
 * it and wait is not set. */
int lock_segments(int dir, bool wait);

#endif
