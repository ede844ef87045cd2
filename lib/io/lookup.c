/* SPDX-License-Identifier: ISC */
/* Looking an address's host up in a thread. */
#include "io/lookup.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/ready.h"

/* What the thread works on; whoever is done last frees it. */
struct work {
	pthread_mutex_t lock;
	unsigned owners;
	int fd; /* readable when it is done */
	bool found;
	const char *why;
	struct address address;
};

struct lookup {
	struct work *work;
	struct ready *ready;
	struct address *address;
	void (*done)(void *, const char *);
	void *arg;
};

static void give_up(struct work *w)
{
	bool last;

	pthread_mutex_lock(&w->lock);
	last = --w->owners == 0;
	pthread_mutex_unlock(&w->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&w->lock);
	close(w->fd);
	address_release(&w->address);
	free(w);
}

static void *run(void *arg)
{
	struct work *w = arg;

	w->found = address_resolve(&w->address, &w->why);
	(void)eventfd_write(w->fd, 1);
	give_up(w);
	return NULL;
}

static void on_done(void *arg)
{
	struct lookup *l = arg;
	struct work *w = l->work;
	const char *why = w->found ? NULL : w->why;

	ready_want(l->ready, false);
	if (w->found) {
		struct address old = *l->address;

		*l->address = w->address;
		w->address = old;
	}
	l->done(l->arg, why);
}

static bool start_thread(struct work *w)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, run, w);
	pthread_attr_destroy(&attr);
	errno = error;
	return error == 0;
}

struct lookup *lookup_start(struct event_base *base, struct address *a,
    void (*done)(void *, const char *), void *arg, const char **why)
{
	struct work *w = mem_zalloc(sizeof(*w));
	struct lookup *l;

	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->owners = 2;
	pthread_mutex_init(&w->lock, NULL);
	if (!address_parse(&w->address, a->text, why) || w->fd < 0 ||
	    !start_thread(w)) {
		*why = strerror(errno);
		w->owners = 1;
		give_up(w);
		return NULL;
	}
	l = mem_zalloc(sizeof(*l));
	*l = (struct lookup){.work = w, .address = a, .done = done,
	    .arg = arg};
	l->ready = ready_new(base, w->fd, false, on_done, l);
	ready_want(l->ready, true);
	return l;
}

void lookup_free(struct lookup *l)
{
	if (!l)
		return;
	ready_free(l->ready);
	give_up(l->work);
	free(l);
}
