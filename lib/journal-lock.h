/* SPDX-License-Identifier: ISC */
/* One writer at a time: the lock file of a journal. */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include <stdbool.h>

#include "buf.h"

/* Take the lock of the journal that is open as dir, and write into it who has
 * it. Returns a descriptor, which holds the lock until it is closed; or -1
 * with errno, EAGAIN if another one has it (and wait is not set): then
 * *holder says who, in its words. */
int journal_lock(int dir, bool wait, struct buf *holder);

/* Whether somebody has it now, who is put into *holder. */
bool journal_locked(int dir, struct buf *holder);

#endif
