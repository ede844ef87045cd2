/* SPDX-License-Identifier: ISC */
/* The review journal: what was there is read, what is added comes back with
 * its proof, once it is on disk. */
#ifndef REVIEW_LEDGER_H
#define REVIEW_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/span.h"
#include "journal/error.h"
#include "journal/recover.h"
#include "journal/write.h"
#include "record/record.h"
#include "review/holds.h"

struct ledger;

/* Open it to write, as the only one who does; it is made if it is not there.
 * The path and the digest, for proofs, stay the caller's. NULL with the
 * error. */
struct ledger *ledger_open(const char *path, struct digest *proof,
    struct journal_tail *, struct journal_error *);

/* Add a line, without its LF, and the record that it was parsed from. It comes
 * back unless it was dropped, as too long, or anything has failed; then all of
 * these are false. */
enum writer_finding ledger_add(struct ledger *, struct span line,
    const struct record *);

/* The bytes that were added and not committed: commit before they are
 * LEDGER_MOST. */
size_t ledger_pending(const struct ledger *);
enum { LEDGER_MOST = 64 * 1024 };

/* Have all that was added on disk, and call back for each line that comes
 * back, in order: with its LF and its proof, valid during the call. */
bool ledger_commit(struct ledger *,
    void (*back)(void *arg, struct span line), void *arg);

/* Do what there is to do when nothing is added, also the notes that others
 * have to make: to be called at times, all being committed. */
bool ledger_rest(struct ledger *);

/* Close it and free it. False with the first error there was. */
bool ledger_close(struct ledger *, struct journal_error *);

struct journal_reader;

/* Read what a review journal, which may be written at the same time, has from
 * where the reader is on into holds; digest: the lines are kept with their
 * proofs; NULL: without. False with errno. */
bool ledger_read(struct journal_reader *, struct digest *, struct holds *);

#endif
