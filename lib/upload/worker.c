/* SPDX-License-Identifier: ISC */
/* A thread that works on jobs. */
#include "upload/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/ready.h"

struct jobs {
	struct job *first, *last;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct jobs given, done; /* under the lock, as is ending */
	bool ending;
	int fd; /* readable when something is done */
	struct ready *ready;
};

static void append(struct jobs *list, struct job *j)
{
	j->next = NULL;
	if (list->last)
		list->last->next = j;
	else
		list->first = j;
	list->last = j;
}

static struct job *take(struct jobs *list)
{
	struct job *j = list->first;

	if (!j)
		return NULL;
	list->first = j->next;
	if (!list->first)
		list->last = NULL;
	return j;
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct job *j;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		j = take(&w->given);
		if (!j && w->ending)
			break;
		if (!j) {
			pthread_cond_wait(&w->more, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		j->work(j);
		pthread_mutex_lock(&w->lock);
		append(&w->done, j);
		(void)eventfd_write(w->fd, 1);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void on_done(void *arg)
{
	struct worker *w = arg;
	struct jobs done;
	struct job *j;
	eventfd_t ignored;

	(void)eventfd_read(w->fd, &ignored);
	pthread_mutex_lock(&w->lock);
	done = w->done;
	w->done = (struct jobs){NULL, NULL};
	pthread_mutex_unlock(&w->lock);
	while ((j = take(&done)) != NULL)
		j->done(j);
}

struct worker *worker_new(struct event_base *base)
{
	struct worker *w = mem_zalloc(sizeof(*w));
	int error = 0;

	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = w->fd < 0 ? errno : pthread_create(&w->thread, NULL, run, w);
	if (error) {
		if (w->fd >= 0)
			close(w->fd);
		free(w);
		errno = error;
		return NULL;
	}
	w->ready = ready_new(base, w->fd, false, on_done, w);
	ready_want(w->ready, true);
	return w;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	ready_free(w->ready);
	close(w->fd);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void worker_give(struct worker *w, struct job *j)
{
	pthread_mutex_lock(&w->lock);
	append(&w->given, j);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}
