/* SPDX-License-Identifier: ISC */
/* Timers and signals by libevent. */
#include "io/timer.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct timer {
	struct event *event;
	void (*fn)(void *);
	void *arg;
};

static void fire(evutil_socket_t fd, short what, void *arg)
{
	struct timer *t = arg;

	(void)fd;
	(void)what;
	t->fn(t->arg);
}

struct timer *timer_new(struct event_base *base, void (*fn)(void *),
    void *arg)
{
	struct timer *t = mem_alloc(sizeof(*t));

	*t = (struct timer){event_new(base, -1, 0, fire, t), fn, arg};
	if (!t->event)
		mem_exhausted();
	return t;
}

struct timer *timer_signal(struct event_base *base, int signal,
    void (*fn)(void *), void *arg)
{
	struct timer *t = mem_alloc(sizeof(*t));

	*t = (struct timer){
	    event_new(base, signal, EV_SIGNAL | EV_PERSIST, fire, t), fn,
	    arg};
	if (!t->event || event_add(t->event, NULL) < 0)
		mem_exhausted();
	return t;
}

void timer_free(struct timer *t)
{
	if (!t)
		return;
	event_free(t->event);
	free(t);
}

void timer_in(struct timer *t, uint64_t ms)
{
	struct timeval wait = {(time_t)(ms / 1000),
	    (suseconds_t)(ms % 1000 * 1000)};

	if (event_add(t->event, &wait) < 0)
		mem_exhausted();
}

void timer_stop(struct timer *t)
{
	event_del(t->event);
}

bool timer_set(const struct timer *t)
{
	return event_pending(t->event, EV_TIMEOUT, NULL) != 0;
}

int64_t timer_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
