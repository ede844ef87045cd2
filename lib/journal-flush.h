/* SPDX-License-Identifier: ISC */
/* Group commit: batches that are filled by one thread while another writes,
 * syncs and passes on the one before. */
#ifndef JOURNAL_FLUSH_H
#define JOURNAL_FLUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "digest.h"
#include "journal-error.h"
#include "journal-file.h"
#include "journal-heads.h"
#include "journal-lock.h"

enum { BATCH_MAX = 2 * 1024 * 1024 }; /* bytes of several journal lines */

struct batch {
	struct buf disk; /* lines for the segment */
	struct buf out;	 /* what is passed on once they are on disk */
	bool rotate;	 /* they begin a new segment */
	uint64_t first;	 /* SEQ of the first line, where there is one */
	uint64_t seq;	 /* and of the last, with its chain */
	char chain[DIGEST_HEX];
};

struct flusher;

/* What batches go to. */
struct flush_target {
	struct journal_file file;
	struct journal_heads heads;
	struct journal_lock lock;
};

/* Start the thread. It alone uses the target until flusher_stop. */
struct flusher *flusher_start(struct flush_target *, int out);

/* The batch to fill. It is the caller's until it is offered. */
struct batch *flusher_claim(struct flusher *);

/* Let the batch be taken as soon as the one before is done with. False once
 * anything has failed, as for all of these. */
bool flusher_offer(struct flusher *);

/* Offer the batch, wait until it has been taken, and claim the next. */
bool flusher_pass(struct flusher *, struct batch **next);

/* Offer the batch and wait until all is flushed; claims an empty one. */
bool flusher_drain(struct flusher *, struct batch **next);

/* A descriptor that becomes readable when something has failed, for who waits
 * for input meanwhile. */
int flusher_alarm(const struct flusher *);

/* Whether an offered batch would be taken at once. */
bool flusher_idle(struct flusher *);

/* The SEQ up to which lines are on disk, of those that went through it. */
uint64_t flusher_synced(struct flusher *);

/* Flush what is offered, unless something failed, and end the thread. True,
 * or false with the error; the batch that was being filled is returned in
 * *rest, borrowed until flusher_free. */
bool flusher_stop(struct flusher *, struct batch **rest,
    struct journal_error *);
void flusher_free(struct flusher *);

/* Have a batch's lines on disk, in a new segment where it says so. */
bool batch_commit(struct batch *, struct flush_target *,
    struct journal_error *);

#endif
