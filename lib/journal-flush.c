/* SPDX-License-Identifier: ISC */
/* Group commit in a thread of its own. */
#include "journal-flush.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "mem.h"
#include "out.h"

enum {
	QUIET = 20000,	  /* microseconds without work before writing ahead */
	KEEP_MAX = 4 * BATCH_MAX, /* bytes of memory kept for the next batch */
};

struct flusher {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work; /* for the flusher: busy or stop was set */
	pthread_cond_t done; /* for the filler: a batch was taken or flushed */
	struct batch batch[2];
	int fill;    /* the one that is being filled */
	bool busy;   /* the other one is being flushed */
	bool offered;
	bool stop, failed;
	uint64_t synced;
	int alarm;
	struct flush_target *to;
	int out;
	struct journal_error error;
};

static bool filled(const struct batch *b)
{
	return b->disk.len || b->out.len;
}

bool batch_commit(struct batch *b, struct flush_target *to,
    struct journal_error *e)
{
	struct journal_file *file = &to->file;

	if (b->disk.len == 0)
		return true;
	if (b->rotate) {
		if (file->fd >= 0 && !file_finish(file, e))
			return false;
		if (!heads_flush(&to->heads, e) ||
		    !file_create(file, b->first, e))
			return false;
	}
	if (!file_append(file, b->disk.data, b->disk.len, e))
		return false;
	lock_synced(&to->lock, b->seq);
	return heads_set(&to->heads, b->seq, b->chain, e);
}

static void reset(struct buf *b)
{
	buf_reset(b);
	if (b->cap > KEEP_MAX)
		buf_release(b);
}

static bool flush(struct flusher *f, struct batch *b)
{
	if (!batch_commit(b, f->to, &f->error))
		return false;
	if (!out_write(f->out, b->out.data, b->out.len))
		return journal_fail(&f->error, FAULT_OUTPUT,
		    "cannot write to standard output");
	reset(&b->disk);
	reset(&b->out);
	b->rotate = false;
	return true;
}

/* What is to be done while there is no work, and in how many microseconds;
 * -1: nothing. */
static int64_t chores_due(struct flusher *f)
{
	int64_t due = heads_due(&f->to->heads);

	if (file_wants_ahead(&f->to->file) && (due < 0 || due > QUIET))
		due = QUIET;
	return due;
}

static bool chores(struct flusher *f)
{
	if (heads_due(&f->to->heads) == 0)
		return heads_flush(&f->to->heads, &f->error);
	return !file_wants_ahead(&f->to->file) ||
	    file_write_ahead(&f->to->file, &f->error);
}

/* Wait for work; false if the time was over first. */
static bool await_work(struct flusher *f, int64_t micros)
{
	struct timespec until;

	if (micros < 0) {
		pthread_cond_wait(&f->work, &f->mutex);
		return true;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += micros % 1000000 * 1000;
	until.tv_sec += micros / 1000000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return pthread_cond_timedwait(&f->work, &f->mutex, &until) !=
	    ETIMEDOUT;
}

/* Do what is due until there is a batch; false if there will be none. */
static bool next_batch(struct flusher *f)
{
	while (!f->busy && !f->stop) {
		bool ok;

		if (await_work(f, chores_due(f)) || f->busy || f->stop)
			continue;
		pthread_mutex_unlock(&f->mutex);
		ok = chores(f);
		pthread_mutex_lock(&f->mutex);
		if (!ok) {
			f->failed = true;
			return false;
		}
	}
	return f->busy;
}

/* With the mutex held, and not busy. */
static void take(struct flusher *f)
{
	f->offered = false;
	if (!filled(&f->batch[f->fill]))
		return;
	f->fill = !f->fill;
	f->busy = true;
}

static void *run(void *arg)
{
	struct flusher *f = arg;

	pthread_mutex_lock(&f->mutex);
	while (next_batch(f)) {
		struct batch *b = &f->batch[!f->fill];
		uint64_t last = b->seq;
		bool ok;

		pthread_mutex_unlock(&f->mutex);
		ok = flush(f, b);
		pthread_mutex_lock(&f->mutex);
		f->busy = false;
		if (!ok)
			f->failed = true;
		else if (last > f->synced)
			f->synced = last;
		if (ok && f->offered)
			take(f);
		pthread_cond_signal(&f->done);
		if (!ok)
			break;
	}
	/* Also where a chore failed, and nobody was waited for. */
	pthread_cond_signal(&f->done);
	if (f->failed)
		(void)eventfd_write(f->alarm, 1);
	pthread_mutex_unlock(&f->mutex);
	return NULL;
}

struct flusher *flusher_start(struct flush_target *to, int out)
{
	struct flusher *f = mem_zalloc(sizeof(*f));
	pthread_condattr_t attr;
	sigset_t all, before;

	f->to = to;
	f->out = out;
	f->alarm = eventfd(0, EFD_CLOEXEC);
	if (f->alarm < 0)
		mem_exhausted();
	pthread_mutex_init(&f->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->work, &attr);
	pthread_cond_init(&f->done, NULL);
	pthread_condattr_destroy(&attr);
	/* Signals are the other thread's, but for those a write raises. */
	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
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

/* With the mutex held. */
static void offer(struct flusher *f)
{
	f->offered = true;
	if (f->busy || f->failed)
		return;
	take(f);
	if (f->busy)
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
	    (filled(&f->batch[f->fill]) || (all && f->busy)))
		pthread_cond_wait(&f->done, &f->mutex);
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

bool flusher_idle(struct flusher *f)
{
	bool idle;

	pthread_mutex_lock(&f->mutex);
	idle = !f->busy;
	pthread_mutex_unlock(&f->mutex);
	return idle;
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
	for (int i = 0; i < 2; i++) {
		buf_release(&f->batch[i].disk);
		buf_release(&f->batch[i].out);
	}
	free(f);
}
