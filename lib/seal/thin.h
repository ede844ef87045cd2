/* SPDX-License-Identifier: ISC */
/* Thinning out a journal's checkpoints, so that there are not more and more. */
#ifndef SEAL_THIN_H
#define SEAL_THIN_H

#include <stdbool.h>
#include <stdint.h>

struct journal_tree;

enum { THIN_BATCH = 64 }; /* checkpoints that are removed at a time */

/* In that folder, of the days (UTC, by the times of the files) that ended
 * before that time, in seconds since 1970, remove each checkpoint for which a
 * later one of its day stands: one with a time stamp, if it has one, and with
 * signatures of all keys that have signed it. What extends it then extends the
 * one before it, by a proof from the tree; where there is none, it stays, and
 * so does the newest one. *more: there are more than a batch. False with errno.
 */
bool thin_checkpoints(int dir, struct journal_tree *, int64_t before,
    bool *more);

#endif
