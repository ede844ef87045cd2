/* SPDX-License-Identifier: ISC */
/* A connection in an event loop: its phases, and ways to end. */
#include "io/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/address.h"
#include "io/link-internal.h"

/* The analyser does not see that link_enter keeps a link until link_leave. */
#pragma GCC diagnostic ignored "-Wanalyzer-use-after-free"

/* ---- waiting */

static short wanted(const struct link *l)
{
	short want = 0;

	switch (l->phase) {
	case LINK_PHASE_CONNECTING:
		return EV_WRITE;
	case LINK_PHASE_SNIFFING:
		return EV_READ;
	case LINK_PHASE_HANDSHAKE:
		return l->handshake_wants;
	case LINK_PHASE_DEAD:
		return 0;
	default:
		break;
	}
	if (link_backlog(l) && !l->dirty)
		want |= l->write_wants_read ? EV_READ : EV_WRITE;
	if (l->phase == LINK_PHASE_OPEN && !l->paused && !l->peer_ended)
		want |= l->read_wants_write ? EV_READ | EV_WRITE : EV_READ;
	return want;
}

static void set_event(struct event *event, bool *on, bool want)
{
	if (*on == want)
		return;
	*on = want;
	if (want)
		event_add(event, NULL);
	else
		event_del(event);
}

void link_update(struct link *l)
{
	short want;

	if (l->busy || l->freed)
		return;
	want = wanted(l);
	set_event(&l->readable, &l->readable_on, want & EV_READ);
	set_event(&l->writable, &l->writable_on, want & EV_WRITE);
	/* Only after it was added: libevent adds no event that is active. */
	if (l->kick && l->readable_on)
		event_active(&l->readable, EV_READ, 0);
	l->kick = false;
}

/* ---- ending */

static void drop(struct link *l)
{
	if (l->busy || l->dirty)
		return;
	free(l);
}

void link_free(struct link *l)
{
	if (!l || l->freed)
		return;
	l->freed = true;
	l->phase = LINK_PHASE_DEAD;
	event_del(&l->readable);
	event_del(&l->writable);
	link_closing_done(l);
	tls_free(l->tls);
	tls_context_free(l->next_context);
	free(l->next_name);
	free(l->proxy);
	buf_release(&l->stash);
	buf_release(&l->out);
	close(l->fd);
	drop(l);
}

void link_enter(struct link *l)
{
	l->busy++;
}

void link_leave(struct link *l)
{
	l->busy--;
	if (l->freed)
		drop(l);
	else
		link_update(l);
}

void link_fail(struct link *l, const char *why)
{
	if (l->phase == LINK_PHASE_DEAD)
		return;
	l->phase = LINK_PHASE_DEAD;
	buf_release(&l->out);
	l->sent = 0;
	if (l->owner)
		l->owner->end(l, l->arg, LINK_FAILED, why);
	else
		link_free(l);
}

void link_step(struct link *l, enum link_step step)
{
	if (l->owner)
		l->owner->step(l, l->arg, step);
}

/* ---- events */

static void connected(struct link *l)
{
	int error = address_connected(l->fd);

	if (error) {
		link_fail(l, strerror(error));
		return;
	}
	l->phase = LINK_PHASE_OPEN;
	link_step(l, LINK_CONNECTED);
	link_make_dirty(l);
}

static void on_readable(int fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd, (void)what;
	link_enter(l);
	if (l->phase == LINK_PHASE_SNIFFING)
		link_peek(l);
	else if (l->phase == LINK_PHASE_HANDSHAKE)
		link_shake(l);
	else if (l->write_wants_read)
		link_flush(l);
	if (l->phase == LINK_PHASE_OPEN)
		link_read(l);
	link_leave(l);
}

static void on_writable(int fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd, (void)what;
	link_enter(l);
	if (l->phase == LINK_PHASE_CONNECTING)
		connected(l);
	else if (l->phase == LINK_PHASE_HANDSHAKE)
		link_shake(l);
	else if (link_backlog(l))
		link_flush(l);
	if (l->phase == LINK_PHASE_OPEN && l->read_wants_write)
		link_read(l);
	link_leave(l);
}

/* ---- what owners call */

struct link *link_new(struct link_loop *loop, int fd,
    const struct link_owner *owner, void *arg)
{
	struct link *l = mem_zalloc(sizeof(*l));

	l->loop = loop;
	l->fd = fd;
	l->owner = owner;
	l->arg = arg;
	l->paused = true;
	l->phase = LINK_PHASE_OPEN;
	event_assign(&l->readable, loop->base, fd, EV_READ | EV_PERSIST,
	    on_readable, l);
	event_assign(&l->writable, loop->base, fd, EV_WRITE | EV_PERSIST,
	    on_writable, l);
	return l;
}

void link_set_owner(struct link *l, const struct link_owner *owner, void *arg)
{
	l->owner = owner;
	l->arg = arg;
}

void link_connecting(struct link *l)
{
	l->phase = LINK_PHASE_CONNECTING;
	link_update(l);
}

size_t link_buffered(const struct link *l)
{
	int n = 0;

	if (ioctl(l->fd, FIONREAD, &n) < 0 || n < 0)
		return 0;
	return (size_t)n + (l->tls ? tls_pending(l->tls) : 0);
}

void link_pause(struct link *l)
{
	l->paused = true;
	link_update(l);
}

void link_resume(struct link *l)
{
	if (!l->paused)
		return;
	l->paused = false;
	/* What OpenSSL has read already makes no socket readable. */
	if (l->phase == LINK_PHASE_OPEN && l->tls && tls_pending(l->tls))
		l->kick = true;
	link_update(l);
}

bool link_paused(const struct link *l)
{
	return l->paused;
}

int link_fd(const struct link *l)
{
	return l->fd;
}

const struct tls *link_tls(const struct link *l)
{
	return l->tls;
}

const struct endpoint *link_peer(const struct link *l)
{
	/* Asked for once: after a reset the socket does not know any more. */
	if (endpoint_family(&l->peer) == AF_UNSPEC)
		((struct link *)l)->peer = endpoint_of_peer(l->fd);
	return &l->peer;
}

void link_set_peer(struct link *l, const struct endpoint *peer)
{
	l->peer = *peer;
}

struct endpoint link_local(const struct link *l)
{
	return l->proxy ? l->proxy->dest : endpoint_of_socket(l->fd);
}
