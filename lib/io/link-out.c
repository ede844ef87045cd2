/* SPDX-License-Identifier: ISC */
/* A connection in an event loop: writing, TLS, and closing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/link-internal.h"

/* ---- the loop */

static void on_flush(int fd, short what, void *arg)
{
	struct link_loop *loop = arg;
	struct link *l = loop->dirty, *next;

	(void)fd, (void)what;
	/* What is queued meanwhile has its turn after other links' events. */
	loop->dirty = NULL;
	loop->dirty_end = &loop->dirty;
	for (; l; l = next) {
		next = l->next_dirty;
		link_enter(l);
		l->dirty = false;
		if (!l->freed)
			link_flush(l);
		link_leave(l);
	}
}

struct link_loop *link_loop_new(struct event_base *base)
{
	struct link_loop *loop = mem_zalloc(sizeof(*loop));

	loop->base = base;
	loop->dirty_end = &loop->dirty;
	event_assign(&loop->flush, base, -1, 0, on_flush, loop);
	return loop;
}

void link_loop_free(struct link_loop *loop)
{
	if (!loop)
		return;
	while (loop->closing)
		link_free(loop->closing->link);
	/* Those that were freed before their flush. */
	on_flush(-1, 0, loop);
	event_del(&loop->flush);
	free(loop);
}

size_t link_loop_closing(const struct link_loop *loop)
{
	return loop->closing_count;
}

bool link_loop_written(const struct link_loop *loop)
{
	const struct link_closing *c = loop->closing;

	while (c && c->link->shut)
		c = c->next;
	return !c;
}

/* ---- writing */

void link_make_dirty(struct link *l)
{
	struct link_loop *loop = l->loop;

	if (l->dirty || l->freed || (l->phase != LINK_PHASE_OPEN &&
	    l->phase != LINK_PHASE_SECURING))
		return;
	if (!link_backlog(l) && !l->shutting && !l->next_context)
		return;
	l->dirty = true;
	l->next_dirty = NULL;
	if (!loop->dirty)
		event_active(&loop->flush, 0, 0);
	*loop->dirty_end = l;
	loop->dirty_end = &l->next_dirty;
}

void link_write(struct link *l, const char *p, size_t n)
{
	if (n == 0 || l->phase == LINK_PHASE_DEAD || l->write_dead ||
	    l->shutting)
		return;
	buf_add(&l->out, p, n);
	if (!l->blocked)
		link_make_dirty(l);
}

size_t link_backlog(const struct link *l)
{
	return l->out.len - l->sent;
}

size_t link_stuck(const struct link *l)
{
	return l->blocked ? l->out.cap : 0;
}

/* The rest of what the peer sent may still be there, and is read first; who
 * pauses waits for us. */
static void write_failed(struct link *l, const char *why)
{
	if (l->peer_ended || l->paused || (l->tls && !tls_readable(l->tls))) {
		link_fail(l, why);
		return;
	}
	l->write_dead = true;
	buf_release(&l->out);
	l->sent = 0;
	l->kick = true;
}

/* Write n bytes or a part; false if the rest must wait or all is over. */
static bool transmit(struct link *l, const char *p, size_t n, size_t *done)
{
	ssize_t rc;

	*done = 0;
	if (l->tls) {
		enum tls_result r = tls_write(l->tls, p, n, done);

		l->write_wants_read = r == TLS_WANT_READ;
		if (r != TLS_DONE && r != TLS_WANT_READ && r != TLS_WANT_WRITE)
			write_failed(l, tls_error(l->tls));
		return r == TLS_DONE;
	}
	do
		rc = send(l->fd, p, n, MSG_NOSIGNAL);
	while (rc < 0 && errno == EINTR);
	if (rc >= 0) {
		*done = (size_t)rc;
		return *done == n;
	}
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		write_failed(l, strerror(errno));
	return false;
}

/* Forget what is written; what is left moves to the front when that is less
 * than what was written. */
static void trim(struct link *l)
{
	if (link_backlog(l) == 0) {
		buf_release(&l->out);
		l->sent = 0;
	} else if (l->sent > l->out.len / 2) {
		buf_consume(&l->out, l->sent);
		l->edge -= l->edge < l->sent ? l->edge : l->sent;
		l->sent = 0;
	}
}

static void start_tls(struct link *l)
{
	l->tls = tls_new(l->next_context, l->fd, l->next_name);
	tls_context_free(l->next_context);
	free(l->next_name);
	l->next_context = NULL;
	l->next_name = NULL;
	l->phase = LINK_PHASE_HANDSHAKE;
	link_shake(l);
}

static void end_output(struct link *l)
{
	if (l->shut)
		return;
	/* Best effort: if a close_notify does not fit now, the FIN must do. */
	if (l->tls)
		tls_shutdown(l->tls);
	shutdown(l->fd, SHUT_WR);
	l->shut = true;
	link_closing_check(l);
}

void link_flush(struct link *l)
{
	bool had = link_backlog(l) > 0;
	size_t end, done;

	if (l->phase != LINK_PHASE_OPEN && l->phase != LINK_PHASE_SECURING)
		return;
	do {
		end = l->phase == LINK_PHASE_SECURING ? l->edge : l->out.len;
		if (l->sent == end)
			break;
		if (!transmit(l, l->out.data + l->sent, end - l->sent, &done) &&
		    done == 0)
			break;
		l->sent += done;
	} while (1);
	if (l->phase == LINK_PHASE_DEAD || l->write_dead)
		return;
	l->blocked = l->sent < end;
	trim(l);
	if (l->blocked) {
		if (l->owner && l->owner->blocked)
			l->owner->blocked(l, l->arg);
		return;
	}
	if (l->phase == LINK_PHASE_SECURING) {
		start_tls(l);
		return;
	}
	if (had && l->owner && l->owner->drained)
		l->owner->drained(l, l->arg);
	if (!l->freed && l->shutting && link_backlog(l) == 0 &&
	    l->phase == LINK_PHASE_OPEN)
		end_output(l);
}

/* ---- TLS */

void link_secure(struct link *l, struct tls_context *context,
    const char *name)
{
	if (l->phase != LINK_PHASE_OPEN || l->tls)
		return;
	l->phase = LINK_PHASE_SECURING;
	l->next_context = tls_context_ref(context);
	l->next_name = name ? mem_strdup(name) : NULL;
	l->edge = l->out.len;
	l->blocked = false;
	link_make_dirty(l);
	link_update(l);
}

void link_shake(struct link *l)
{
	switch (tls_handshake(l->tls)) {
	case TLS_DONE:
		l->phase = LINK_PHASE_OPEN;
		link_step(l, LINK_SECURED);
		link_make_dirty(l);
		/* What came behind the handshake may be in OpenSSL already. */
		l->kick = true;
		break;
	case TLS_WANT_READ:
		l->handshake_wants = EV_READ;
		break;
	case TLS_WANT_WRITE:
		l->handshake_wants = EV_WRITE;
		break;
	case TLS_END:
	case TLS_CUT:
		link_fail(l, "cut off in the TLS handshake");
		break;
	default:
		link_fail(l, tls_error(l->tls));
	}
}

/* ---- closing */

void link_shutdown(struct link *l)
{
	if (l->phase == LINK_PHASE_DEAD || l->shutting)
		return;
	l->shutting = true;
	if (!l->blocked)
		link_make_dirty(l);
}

static void on_deadline(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	link_free(arg);
}

void link_closing_done(struct link *l)
{
	struct link_closing *c = l->closing;

	if (!c)
		return;
	event_del(&c->timer);
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	l->loop->closing_count--;
	free(c);
	l->closing = NULL;
}

void link_closing_check(struct link *l)
{
	if (!l->owner && l->shut && l->peer_ended)
		link_free(l);
}

void link_close(struct link *l, unsigned ms)
{
	struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
	struct link_closing *c;

	if (!l || l->freed || l->closing)
		return;
	/* Nothing was agreed on yet, or nothing works any more. */
	if (l->phase != LINK_PHASE_OPEN || l->write_dead || ms == 0) {
		link_free(l);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->link = l;
	c->at = &l->loop->closing;
	c->next = *c->at;
	if (c->next)
		c->next->at = &c->next;
	*c->at = c;
	l->closing = c;
	l->loop->closing_count++;
	event_assign(&c->timer, l->loop->base, -1, 0, on_deadline, l);
	event_add(&c->timer, &tv);
	l->owner = NULL;
	l->paused = false;
	link_enter(l);
	if (l->shut)
		link_closing_check(l);
	else
		link_shutdown(l);
	link_leave(l);
}
