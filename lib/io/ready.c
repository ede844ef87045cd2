/* SPDX-License-Identifier: ISC */
/* Descriptors that came with the process, by libevent. */
#include "io/ready.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"

struct ready {
	struct event *event, *kick;
	void (*fn)(void *);
	void *arg;
	bool always; /* a file, or a device that cannot be waited for */
	bool wanted;
};

static void fire(evutil_socket_t fd, short what, void *arg)
{
	struct ready *r = arg;

	(void)fd, (void)what;
	r->fn(r->arg);
}

/* For a file: again and again, but behind all that is ready too. */
static void fire_again(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = {0, 0};
	struct ready *r = arg;

	if (r->always && r->wanted && event_add(r->kick, &now) < 0)
		mem_exhausted();
	fire(fd, what, arg);
}

/* epoll(7) knows no files, and none of most devices. */
static bool cannot_wait(int fd)
{
	struct epoll_event event = {.events = 0};
	int poll = epoll_create1(EPOLL_CLOEXEC);
	bool refused;

	if (poll < 0)
		mem_exhausted();
	refused = epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) < 0 &&
	    errno == EPERM;
	close(poll);
	return refused;
}

struct ready *ready_new(struct event_base *base, int fd, bool writable,
    void (*fn)(void *), void *arg)
{
	short what = writable ? EV_WRITE : EV_READ;
	struct ready *r = mem_zalloc(sizeof(*r));

	r->fn = fn;
	r->arg = arg;
	r->always = cannot_wait(fd);
	r->event = event_new(base, fd, what | EV_PERSIST, fire, r);
	r->kick = event_new(base, -1, 0, fire_again, r);
	if (!r->event || !r->kick)
		mem_exhausted();
	return r;
}

void ready_free(struct ready *r)
{
	if (!r)
		return;
	event_free(r->event);
	event_free(r->kick);
	free(r);
}

void ready_want(struct ready *r, bool want)
{
	if (r->wanted == want)
		return;
	r->wanted = want;
	if (!r->always && !want)
		event_del(r->event);
	else if (!r->always && event_add(r->event, NULL) < 0)
		mem_exhausted();
	if (r->always && want)
		ready_kick(r);
	else if (r->always)
		event_del(r->kick);
}

void ready_kick(struct ready *r)
{
	event_active(r->kick, EV_TIMEOUT, 0);
}
