/* SPDX-License-Identifier: ISC */
/* What becomes of segments that are done with. */
#define _GNU_SOURCE /* SCHED_IDLE, pthread_timedjoin_np */
#include "journal/closing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/span.h"
#include "journal/index.h"
#include "journal/lock.h"
#include "journal/pack.h"
#include "journal/segment.h"
#include "journal/tree.h"

enum {
	LOCKED = 1000,	      /* milliseconds until a lock is tried again */
	PATIENCE = 200000000, /* nanoseconds that the end waits for it */
};

struct closing {
	pthread_t thread;
	int alarm; /* an eventfd: it is woken, or to stop */
	atomic_bool stop;
	pthread_mutex_t mutex; /* of what follows */
	bool troubled;
	struct journal_error error; /* if it is */

	/* The thread's alone. */
	char *path;
	bool compress;
	struct pack pack;
	struct journal_tree *tree;
	uint64_t done; /* segments that begin up to there were seen to */
};

static void trouble(struct closing *c, const struct journal_error *e)
{
	pthread_mutex_lock(&c->mutex);
	if (!c->troubled)
		c->error = *e;
	c->troubled = true;
	pthread_mutex_unlock(&c->mutex);
}

/* What somebody who was killed was writing: with the lock nobody else is. */
static void remove_temporary(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct span name = span_of(e->d_name);

		if (span_alike(name, "00000000000000000000.") == 21 &&
		    span_ends(name, ".tmp"))
			unlinkat(dir, e->d_name, 0);
	}
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

/* A segment that can have no index, as something in it is damaged, is as good
 * without. False with the error, ECANCELED if it was stopped. */
static bool make_index(struct closing *c, uint64_t first,
    struct journal_error *e)
{
	if (index_ensure(c->pack.dir, first, c->pack.spare, &c->stop) ||
	    errno == EBADMSG || errno == EFBIG)
		return true;
	journal_fail(e, FAULT_SYSTEM, "its index cannot be made");
	return false;
}

/* Whether the segment is done with, for good or for now. */
static bool see_to(struct closing *c, uint64_t first)
{
	struct journal_error e = {.fault = FAULT_NONE}, other;
	bool ok = tree_write(c->tree, first);

	if (!ok)
		journal_fail(&e, errno ? FAULT_SYSTEM : FAULT_CORRUPT,
		    "its tree cannot be made: %s", tree_why(c->tree));
	else if (c->compress)
		ok = pack_segment(&c->pack, first, &e);
	/* What is broken is searched all the same. */
	ok = make_index(c, first, ok ? &e : &other) && ok;
	if (!ok && e.error != EAGAIN && e.error != ECANCELED)
		trouble(c, &e);
	return ok || e.error == 0;
}

/* See to all closed ones: all but the last. False if somebody else has them:
 * then it is to be tried again. */
static bool see_to_all(struct closing *c)
{
	struct segment_list list = {NULL, 0, 0};
	bool ok = segment_list_read(&list, c->pack.dir), free = true;

	for (size_t i = 0; ok && free && i + 1 < list.count; i++) {
		int lock;

		if (list.first[i] <= c->done)
			continue;
		lock = lock_segments(c->pack.dir, false);
		if (lock < 0) {
			free = errno != EAGAIN;
			break;
		}
		if (!c->done)
			remove_temporary(c->pack.dir);
		ok = see_to(c, list.first[i]);
		if (ok)
			c->done = list.first[i];
		close(lock);
	}
	segment_list_release(&list);
	return free;
}

static void *run(void *arg)
{
	const struct sched_param none = {.sched_priority = 0};
	struct closing *c = arg;
	const char *why;

	(void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
	c->tree = tree_open(c->path, &why);
	while (c->tree && !atomic_load(&c->stop)) {
		struct pollfd alarm = {.fd = c->alarm, .events = POLLIN};
		eventfd_t count;

		(void)poll(&alarm, 1, see_to_all(c) ? -1 : LOCKED);
		(void)eventfd_read(c->alarm, &count);
	}
	tree_close(c->tree);
	return NULL;
}

static void release(struct closing *c)
{
	pthread_mutex_destroy(&c->mutex);
	if (c->alarm >= 0)
		close(c->alarm);
	if (c->pack.dir >= 0)
		close(c->pack.dir);
	free(c->path);
	free(c);
}

struct closing *closing_start(const char *path, bool compress, uint64_t spare)
{
	struct closing *c = mem_zalloc(sizeof(*c));
	sigset_t all, before;
	bool ok;

	c->path = mem_strdup(path);
	c->compress = compress;
	c->pack = (struct pack){.spare = spare, .stop = &c->stop,
	    .dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	pthread_mutex_init(&c->mutex, NULL);
	c->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = c->pack.dir >= 0 && c->alarm >= 0 &&
	    pthread_create(&c->thread, NULL, run, c) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ok)
		return c;
	release(c);
	return NULL;
}

void closing_wake(struct closing *c)
{
	if (c)
		(void)eventfd_write(c->alarm, 1);
}

bool closing_trouble(struct closing *c, struct journal_error *e)
{
	bool troubled;

	/* Who holds it gets no CPU while others want it all: never wait. */
	if (!c || pthread_mutex_trylock(&c->mutex) != 0)
		return false;
	troubled = c->troubled;
	c->troubled = false;
	if (troubled)
		*e = c->error;
	pthread_mutex_unlock(&c->mutex);
	return troubled;
}

/* Still its thread's: no leak, for who looks for such. */
static struct closing *left;

void closing_stop(struct closing *c)
{
	struct timespec until;

	if (!c)
		return;
	atomic_store(&c->stop, true);
	closing_wake(c);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	/* Where all CPUs are taken it may not come to its end for long: it is
	 * left to the end of the process, as it is left by a crash. */
	if (pthread_timedjoin_np(c->thread, NULL, &until) == 0) {
		release(c);
		return;
	}
	pthread_detach(c->thread);
	left = c;
}
