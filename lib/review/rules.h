/* SPDX-License-Identifier: ISC */
/* The rules of settling: who may do what with what is held, and the records
 * that tell of it. */
#ifndef REVIEW_RULES_H
#define REVIEW_RULES_H

#include <stdbool.h>

#include "base/buf.h"
#include "record/review.h"
#include "review/holds.h"
#include "review/reviewers.h"

/* Whether a user may do what the review (without its by) asks. False with the
 * reason appended to why: "'ID' was released by anna at ...". The tree is for
 * its use. */
bool rules_allow(const struct reviewers *, const struct holds *,
    struct stanza *, const struct review *, const char *user,
    struct buf *why);

/* Whether such a review settles it, as it is now. */
bool rules_settle(const struct hold *, enum review_verdict);

/* Append the record, as a line with its LF, of a review as it is journaled,
 * its id and time new: that by which there are enough reviewers, a refusal, and
 * expired have the held stanza inside. */
void rules_record(struct buf *, const struct hold *, struct review);

/* The same of a review that refers to one that settled: again, done, arrived;
 * with that node. */
void rules_outcome(struct buf *, const char *node, const struct review *);

/* Append a record with an element of REVIEW_NS, for a request or an answer. */
void rules_request(struct buf *, const struct review *);

#endif
