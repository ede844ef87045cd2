/* SPDX-License-Identifier: ISC */
/* Who replaces segments of a journal, by compressed or by pruned ones, does so
 * one at a time: by a lock on the file "pruning" of its directory. What stands
 * in that file is cup-prune's. */
#ifndef JOURNAL_TURN_H
#define JOURNAL_TURN_H

/* Take the turn in the journal that is open as dir. A descriptor, to be closed
 * when it is over; -1 with errno, EAGAIN where somebody else has it. */
int turn_take(int dir);

#endif
