/* SPDX-License-Identifier: ISC */
/* The threads of a search, and their queue. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "journal/hunt-internal.h"

enum { CREW_MAX = 16, WHILE_NS = 100000000 };

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	struct sift *first, **last;
	bool ended;
	size_t size;
	struct member {
		pthread_t thread;
		struct crew *crew;
		struct sifter sifter;
	} member[CREW_MAX];
};

/* The next of the queue; NULL: it is all over. */
static struct sift *take(struct crew *c)
{
	struct sift *t;

	while (!c->first && !c->ended)
		pthread_cond_wait(&c->given, &c->lock);
	t = c->first;
	if (t)
		c->first = t->next;
	if (!c->first)
		c->last = &c->first;
	return t;
}

static void *work(void *context)
{
	struct member *m = context;
	struct crew *c = m->crew;
	struct sift *t;

	pthread_mutex_lock(&c->lock);
	while ((t = take(c))) {
		enum sift_state state;

		pthread_mutex_unlock(&c->lock);
		state = sift_run(&m->sifter, t);
		pthread_mutex_lock(&c->lock);
		t->state = state;
		pthread_cond_broadcast(&c->done);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static size_t processors(void)
{
	cpu_set_t set;
	int n = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n > CREW_MAX ? CREW_MAX : (size_t)n;
}

struct crew *crew_new(const struct search *search)
{
	struct crew *c = mem_zalloc(sizeof(*c));
	size_t size = processors();

	c->last = &c->first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->given, NULL);
	pthread_cond_init(&c->done, NULL);
	for (size_t i = 0; i < size; i++) {
		struct member *m = &c->member[i];

		m->crew = c;
		m->sifter.search = search_copy(search);
		if (pthread_create(&m->thread, NULL, work, m) != 0) {
			sifter_release(&m->sifter);
			break;
		}
		c->size++;
	}
	if (!c->size)
		mem_exhausted();
	return c;
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_broadcast(&c->given);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->size; i++) {
		pthread_join(c->member[i].thread, NULL);
		sifter_release(&c->member[i].sifter);
	}
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->given);
	pthread_cond_destroy(&c->done);
	free(c);
}

size_t crew_size(const struct crew *c)
{
	return c->size;
}

void crew_give(struct crew *c, struct sift *t)
{
	pthread_mutex_lock(&c->lock);
	t->next = NULL;
	*c->last = t;
	c->last = &t->next;
	pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
}

bool crew_wait(struct crew *c, struct sift *t)
{
	struct timespec at;
	bool done;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += WHILE_NS;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	pthread_mutex_lock(&c->lock);
	while (t->state == SIFT_WAITING && rc == 0)
		rc = pthread_cond_timedwait(&c->done, &c->lock, &at);
	done = t->state != SIFT_WAITING;
	pthread_mutex_unlock(&c->lock);
	return done;
}

void crew_cancel(struct crew *c, struct sift *t)
{
	struct sift **at = &c->first;

	pthread_mutex_lock(&c->lock);
	while (*at && *at != t)
		at = &(*at)->next;
	if (*at) {
		*at = t->next;
		if (!*at)
			c->last = at;
		t->state = SIFT_DONE;
	}
	while (t->state == SIFT_WAITING)
		pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
}
