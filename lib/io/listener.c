/* SPDX-License-Identifier: ISC */
/* Accepting connections. */
#include "io/listener.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"

enum {
	ROUND = 64,		/* accepted at once */
	UNHEARD = 200 * 1000,	/* milliseconds without a word for what was
				 * written, before the peer is given up */
};

/* Keepalive only looks after connections on which nothing is under way. */
static void give_up(int fd)
{
	static const int unheard = UNHEARD;

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard,
	    sizeof(unheard));
}

struct listener {
	struct address *address;
	struct listening on;
	struct event *event[ADDRESS_SOCKETS_MAX];
	struct event *rest;
	const struct listener_owner *owner;
	void *arg;
	bool paused, resting;
	bool *freed;
};

static void watch(struct listener *l)
{
	bool on = !l->paused && !l->resting;

	for (size_t i = 0; i < l->on.count; i++) {
		if (on)
			event_add(l->event[i], NULL);
		else
			event_del(l->event[i]);
	}
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	l->resting = false;
	watch(l);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;
	struct timeval rest = {LISTENER_REST / 1000, 0};
	bool freed = false;

	(void)what;
	l->freed = &freed;
	for (int i = 0; i < ROUND && !l->paused; i++) {
		struct endpoint peer;
		int client = address_accept(fd, &peer);

		if (client < 0 && errno == EAGAIN)
			break;
		if (client < 0) {
			l->resting = true;
			event_add(l->rest, &rest);
			watch(l);
			l->owner->resting(l->arg, l, errno);
			break;
		}
		give_up(client);
		l->owner->accepted(l->arg, l, client, &peer);
		if (freed)
			return;
	}
	l->freed = NULL;
}

struct listener *listener_open(struct event_base *base, struct address *a,
    const char *pid, const char *fds, const char *names,
    const struct listener_owner *owner, void *arg, struct buf *why)
{
	struct listener *l = mem_zalloc(sizeof(*l));
	const char *reason = "";
	bool ok = a->kind == ADDRESS_FD
	    ? address_adopt(a, pid, fds, names, &l->on, &reason)
	    : (a->kind == ADDRESS_UNIX || address_resolve(a, &reason)) &&
		address_listen(a, &l->on, &reason);

	if (!ok) {
		buf_addf(why, "cannot listen on '%s': %s", a->text, reason);
		free(l);
		return NULL;
	}
	l->address = a;
	l->owner = owner;
	l->arg = arg;
	for (size_t i = 0; i < l->on.count; i++) {
		l->event[i] = event_new(base, l->on.fds[i],
		    EV_READ | EV_PERSIST, on_ready, l);
		if (!l->event[i])
			mem_exhausted();
	}
	l->rest = event_new(base, -1, 0, on_rested, l);
	if (!l->rest)
		mem_exhausted();
	watch(l);
	return l;
}

void listener_free(struct listener *l)
{
	if (!l)
		return;
	if (l->freed)
		*l->freed = true;
	for (size_t i = 0; i < l->on.count; i++)
		event_free(l->event[i]);
	event_free(l->rest);
	address_unlisten(l->address, &l->on);
	free(l);
}

void listener_pause(struct listener *l)
{
	l->paused = true;
	watch(l);
}

void listener_resume(struct listener *l)
{
	l->paused = false;
	watch(l);
}

const struct address *listener_address(const struct listener *l)
{
	return l->address;
}

void listener_text(const struct listener *l, struct buf *out)
{
	const struct address *a = l->address;

	for (size_t i = 0; i < l->on.count; i++) {
		struct endpoint end = endpoint_of_socket(l->on.fds[i]);
		char text[ENDPOINT_TEXT];

		endpoint_text(&end, text);
		if (i)
			buf_adds(out, ", ");
		if (endpoint_family(&end) != AF_UNIX)
			buf_adds(out, address_scheme(a));
		buf_adds(out, text);
		if (a->web_path)
			buf_adds(out, a->web_path);
	}
}
