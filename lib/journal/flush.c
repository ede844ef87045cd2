/* SPDX-License-Identifier: ISC */
/* Group commit, of large batches in a thread of its own. */
#include "journal/flush.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/out.h"

enum {
	SMALL = 64 * 1024, /* bytes of a batch, at most */
	QUIET = 20000,	   /* microseconds without work before a rest's work */
};

struct flusher {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work; /* for the thread: busy or stop was set */
	pthread_cond_t done; /* for the filler: a batch was taken or flushed */
	struct batch batch[2];
	int fill;    /* the one that is being filled */
	bool busy;   /* the other one is being flushed */
	bool offered;
	bool stop, failed;
	uint64_t synced;
	int alarm;
	size_t small; /* bytes of a batch that the filler flushes itself */
	struct flush_target *to;
	int out;
	struct journal_error error;
};

static bool pass_on(struct flusher *f, struct batch *b)
{
	if (!out_write(f->out, b->out.data, b->out.len))
		return journal_fail(&f->error, FAULT_OUTPUT,
		    "cannot write to standard output");
	batch_reset(b);
	return true;
}

static bool flush(struct flusher *f, struct batch *b)
{
	return batch_commit(b, f->to, &f->error) && pass_on(f, b);
}

/* With the mutex held: what has become of the batch that was taken. */
static void settle(struct flusher *f, const struct batch *b, bool ok)
{
	f->busy = false;
	if (!ok)
		f->failed = true;
	else if (b->seq > f->synced)
		f->synced = b->seq;
}

/* With the mutex held, and not busy. */
static void take(struct flusher *f)
{
	f->offered = false;
	if (!batch_filled(&f->batch[f->fill]))
		return;
	f->fill = !f->fill;
	f->busy = true;
}

static bool small(const struct flusher *f)
{
	const struct batch *b = &f->batch[f->fill];

	return b->disk.len + b->out.len <= f->small;
}

static bool await_batch(struct flusher *f)
{
	while (!f->busy && !f->stop)
		pthread_cond_wait(&f->work, &f->mutex);
	return f->busy;
}

static void *run(void *arg)
{
	struct flusher *f = arg;

	pthread_mutex_lock(&f->mutex);
	while (await_batch(f)) {
		struct batch *b = &f->batch[!f->fill];
		bool ok;

		pthread_mutex_unlock(&f->mutex);
		ok = flush(f, b);
		pthread_mutex_lock(&f->mutex);
		settle(f, b, ok);
		if (ok && f->offered && !small(f))
			take(f);
		if (!ok || (f->offered && batch_filled(&f->batch[f->fill])))
			(void)eventfd_write(f->alarm, 1);
		pthread_cond_signal(&f->done);
		if (!ok)
			break;
	}
	pthread_mutex_unlock(&f->mutex);
	return NULL;
}

/* But for those a write raises. */
static void block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

struct flusher *flusher_start(struct flush_target *to, int out, size_t held)
{
	struct flusher *f = mem_zalloc(sizeof(*f));
	sigset_t before;

	f->to = to;
	f->out = out;
	f->small = held / 2 < SMALL ? held / 2 : SMALL;
	f->alarm = eventfd(0, EFD_CLOEXEC);
	if (f->alarm < 0)
		mem_exhausted();
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->work, NULL);
	pthread_cond_init(&f->done, NULL);
	block_signals(&before);
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		mem_exhausted();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return f;
}

struct batch *flusher_claim(struct flusher *f)
{
	struct batch *b;

	pthread_mutex_lock(&f->mutex);
	f->offered = false;
	b = &f->batch[f->fill];
	pthread_mutex_unlock(&f->mutex);
	return b;
}

/* With the mutex held: the thread waits for work. No signal interrupts the
 * sync, as none does there. */
static void flush_here(struct flusher *f)
{
	struct batch *b = &f->batch[!f->fill];
	sigset_t before;
	bool ok;

	block_signals(&before);
	ok = batch_commit(b, f->to, &f->error);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	settle(f, b, ok && pass_on(f, b));
}

/* With the mutex held. A small batch is flushed at once: what comes meanwhile
 * is the next one, read in one go, where waking the thread and then being
 * woken by each single record would cost as much as the flush. */
static void offer(struct flusher *f)
{
	bool here = small(f);

	f->offered = true;
	if (f->busy || f->failed)
		return;
	take(f);
	if (f->busy && here)
		flush_here(f);
	else if (f->busy)
		pthread_cond_signal(&f->work);
}

bool flusher_offer(struct flusher *f)
{
	bool ok;

	pthread_mutex_lock(&f->mutex);
	offer(f);
	ok = !f->failed;
	pthread_mutex_unlock(&f->mutex);
	return ok;
}

static bool pass(struct flusher *f, bool all, struct batch **next)
{
	bool ok;

	pthread_mutex_lock(&f->mutex);
	offer(f);
	while (!f->failed &&
	    (batch_filled(&f->batch[f->fill]) || (all && f->busy))) {
		pthread_cond_wait(&f->done, &f->mutex);
		offer(f);
	}
	f->offered = false;
	*next = &f->batch[f->fill];
	ok = !f->failed;
	pthread_mutex_unlock(&f->mutex);
	return ok;
}

bool flusher_pass(struct flusher *f, struct batch **next)
{
	return pass(f, false, next);
}

bool flusher_drain(struct flusher *f, struct batch **next)
{
	return pass(f, true, next);
}

int flusher_alarm(const struct flusher *f)
{
	return f->alarm;
}

bool flusher_answer(struct flusher *f)
{
	eventfd_t count;
	bool ok;

	(void)eventfd_read(f->alarm, &count);
	pthread_mutex_lock(&f->mutex);
	if (f->offered)
		offer(f);
	ok = !f->failed;
	pthread_mutex_unlock(&f->mutex);
	return ok;
}

bool flusher_idle(struct flusher *f)
{
	bool idle;

	pthread_mutex_lock(&f->mutex);
	idle = !f->busy;
	pthread_mutex_unlock(&f->mutex);
	return idle;
}

/* What is done when nothing else is. */
static bool wants_rest(const struct flush_target *to)
{
	return lock_untold(&to->lock) || file_wants_ahead(&to->file) ||
	    gauge_untold(&to->gauge);
}

int64_t flusher_due(struct flusher *f)
{
	int64_t due = QUIET;

	pthread_mutex_lock(&f->mutex);
	if (!f->busy) {
		due = heads_due(&f->to->heads);
		if (wants_rest(f->to) && (due < 0 || due > QUIET))
			due = QUIET;
	}
	pthread_mutex_unlock(&f->mutex);
	return due;
}

bool flusher_rest(struct flusher *f)
{
	struct flush_target *to = f->to;
	bool ok;

	pthread_mutex_lock(&f->mutex);
	if (f->busy || f->failed)
		;
	else if (heads_due(&to->heads) == 0)
		f->failed = !heads_flush(&to->heads, &f->error);
	else if (file_wants_ahead(&to->file))
		f->failed = !file_write_ahead(&to->file, &f->error);
	if (!f->busy)
		lock_tell(&to->lock);
	if (!f->busy && gauge_untold(&to->gauge))
		gauge_tell(&to->gauge);
	ok = !f->failed;
	pthread_mutex_unlock(&f->mutex);
	return ok;
}

uint64_t flusher_synced(struct flusher *f)
{
	uint64_t seq;

	pthread_mutex_lock(&f->mutex);
	seq = f->synced;
	pthread_mutex_unlock(&f->mutex);
	return seq;
}

bool flusher_stop(struct flusher *f, struct batch **rest,
    struct journal_error *e)
{
	bool ok = pass(f, true, rest);

	pthread_mutex_lock(&f->mutex);
	f->stop = true;
	pthread_cond_signal(&f->work);
	pthread_mutex_unlock(&f->mutex);
	pthread_join(f->thread, NULL);
	if (!ok || f->failed)
		*e = f->error;
	return ok && !f->failed;
}

void flusher_free(struct flusher *f)
{
	if (!f)
		return;
	close(f->alarm);
	pthread_mutex_destroy(&f->mutex);
	pthread_cond_destroy(&f->work);
	pthread_cond_destroy(&f->done);
	for (int i = 0; i < 2; i++)
		batch_release(&f->batch[i]);
	free(f);
}
