/* SPDX-License-Identifier: ISC */
/* Settling on plain files, where no node is: the review journal is written
 * here, and what is released is printed, as a record for cup-deliver. */
#ifndef REVIEW_OFFLINE_H
#define REVIEW_OFFLINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "journal/error.h"
#include "journal/recover.h"
#include "review/ask.h"
#include "review/holds.h"
#include "review/reviewers.h"

struct offline;

/* Open the review journal, with the digest for its proofs, and read it into
 * holds, into which the journals are to be read next; all is the caller's. NULL
 * with the error. */
struct offline *offline_open(const char *to, struct digest *, struct holds *,
    const struct reviewers *, struct journal_tail *, struct journal_error *);

/* Settle, as who runs this process. What is released is appended to out, as a
 * line, once that is on disk; what an earlier call has released, but not
 * printed, is appended again. ASK_FAILED: the review journal failed. */
enum ask_answer offline_settle(struct offline *, const struct review *,
    struct buf *out, struct buf *answer);

/* What was appended has gone out. */
void offline_printed(struct offline *);

/* Close it. False with the first error there was. */
bool offline_close(struct offline *, struct journal_error *);

#endif
