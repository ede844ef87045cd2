/* SPDX-License-Identifier: ISC */
/* Group commit: batches that are filled by one thread while another writes,
 * syncs and passes on the one before. A batch so small that the hand-over is
 * not worth it is written, synced and passed on as it is offered. */
#ifndef JOURNAL_FLUSH_H
#define JOURNAL_FLUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/batch.h"

struct flusher;

/* Start the thread. The flusher alone uses the target until flusher_stop.
 * held is how many bytes the input holds while nobody reads it: a batch of
 * which that is a multiple is small. */
struct flusher *flusher_start(struct flush_target *, int out, size_t held);

/* The batch to fill. It is the caller's until it is offered. */
struct batch *flusher_claim(struct flusher *);

/* Let the batch be taken as soon as the one before is done with. False once
 * anything has failed, as for all of these. */
bool flusher_offer(struct flusher *);

/* Offer the batch, wait until it has been taken, and claim the next. */
bool flusher_pass(struct flusher *, struct batch **next);

/* Offer the batch and wait until all is flushed; claims an empty one. */
bool flusher_drain(struct flusher *, struct batch **next);

/* A descriptor that becomes readable, for who waits for input meanwhile, when
 * something has failed, or when the batch before is done with and the offered
 * one is small: call flusher_answer then. */
int flusher_alarm(const struct flusher *);
bool flusher_answer(struct flusher *);

/* Whether an offered batch would be taken at once. */
bool flusher_idle(struct flusher *);

/* Microseconds until there is something to do even if nothing is offered, to
 * call flusher_rest then; -1: there is nothing. */
int64_t flusher_due(struct flusher *);
bool flusher_rest(struct flusher *);

/* The SEQ up to which lines are on disk, of those that went through it. */
uint64_t flusher_synced(struct flusher *);

/* Flush what is offered, unless something failed, and end the thread. True,
 * or false with the error; the batch that was being filled is returned in
 * *rest, borrowed until flusher_free. */
bool flusher_stop(struct flusher *, struct batch **rest,
    struct journal_error *);
void flusher_free(struct flusher *);

#endif
