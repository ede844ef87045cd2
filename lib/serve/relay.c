/* SPDX-License-Identifier: ISC */
/* Bytes both ways between a TLS session and the pipes of a command. */
#define _GNU_SOURCE /* ppoll */
#include "serve/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { RELAY_BUFFER = 65536 };

struct queue {
	char data[RELAY_BUFFER];
	size_t len;
};

/* in: from the peer to the command; out: back. */
struct state {
	struct relay *relay;
	struct queue in, out;
	bool peer_ended;	/* nothing more comes from the peer */
	bool out_ended;		/* nor from the command */
	bool shut;		/* our end is said to the peer */
	bool read_wants_write, write_wants_read;
	const char *broken;
};

enum { POLL_SOCK, POLL_TO, POLL_FROM, POLL_COUNT };

bool relay_handshake(struct tls *tls, int sock, unsigned ms, const char **why)
{
	int64_t end = clock_ms() + ms;

	for (;;) {
		struct pollfd p = {.fd = sock, .events = POLLIN};
		int64_t left = end - clock_ms();

		switch (tls_handshake(tls)) {
		case TLS_DONE:
			return true;
		case TLS_WANT_READ:
			break;
		case TLS_WANT_WRITE:
			p.events = POLLOUT;
			break;
		case TLS_END:
		case TLS_CUT:
			*why = "cut off";
			return false;
		default:
			*why = tls_error(tls);
			return false;
		}
		if (left <= 0) {
			*why = "took too long";
			return false;
		}
		poll(&p, 1, (int)left);
	}
}

static void forget(struct queue *queue, size_t n)
{
	queue->len -= n;
	if (queue->len)
		memmove(queue->data, queue->data + n, queue->len);
}

static void close_pipe(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The peer is gone: what comes from the command has nowhere to go. */
static void break_off(struct state *s, const char *why)
{
	s->broken = why;
	s->peer_ended = true;
	s->out_ended = true;
	s->out.len = 0;
	s->shut = true;
	close_pipe(&s->relay->from);
}

static void from_peer(struct state *s)
{
	struct queue *in = &s->in;
	size_t n;

	s->read_wants_write = false;
	while (!s->peer_ended && in->len < RELAY_BUFFER) {
		switch (tls_read(s->relay->tls, in->data + in->len,
		    RELAY_BUFFER - in->len, &n)) {
		case TLS_DONE:
			in->len += n;
			break;
		case TLS_WANT_WRITE:
			s->read_wants_write = true;
			return;
		case TLS_WANT_READ:
			return;
		case TLS_END:
		case TLS_CUT:
			s->peer_ended = true;
			return;
		default:
			break_off(s, tls_error(s->relay->tls));
			return;
		}
	}
}

static void to_command(struct state *s)
{
	int *to = &s->relay->to;

	while (s->in.len && *to >= 0) {
		ssize_t n = write(*to, s->in.data, s->in.len);

		if (n > 0)
			forget(&s->in, (size_t)n);
		else if (n < 0 && errno == EAGAIN)
			return;
		else if (n < 0 && errno != EINTR)
			close_pipe(to);
	}
	/* Who does not read any more need not stop the peer: its end is still
	 * looked for. */
	if (*to < 0)
		s->in.len = 0;
	if (s->peer_ended && s->in.len == 0)
		close_pipe(to);
}

/* Take what the command wrote; after its end, what is there is all. */
static void from_command(struct state *s, bool ended)
{
	struct queue *out = &s->out;

	while (!s->out_ended && out->len < RELAY_BUFFER) {
		ssize_t n = read(s->relay->from, out->data + out->len,
		    RELAY_BUFFER - out->len);

		if (n > 0)
			out->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN && !ended)
			return;
		else
			s->out_ended = true;
	}
}

static void to_peer(struct state *s)
{
	size_t n;

	s->write_wants_read = false;
	while (s->out.len) {
		switch (tls_write(s->relay->tls, s->out.data, s->out.len,
		    &n)) {
		case TLS_DONE:
			forget(&s->out, n);
			break;
		case TLS_WANT_READ:
			s->write_wants_read = true;
			return;
		case TLS_WANT_WRITE:
			return;
		default:
			break_off(s, tls_error(s->relay->tls));
			return;
		}
	}
	if (!s->out_ended || s->shut)
		return;
	tls_shutdown(s->relay->tls);
	shutdown(s->relay->sock, SHUT_WR);
	close_pipe(&s->relay->from);
	s->shut = true;
}

static short socket_events(const struct state *s)
{
	short events = 0;

	if (!s->peer_ended && s->in.len < RELAY_BUFFER)
		events |= s->read_wants_write ? POLLOUT : POLLIN;
	if (s->out.len)
		events |= s->write_wants_read ? POLLIN : POLLOUT;
	return events;
}

/* A descriptor from which nothing is wanted is left out: its hanging up would
 * wake us for ever. The pipe to the command stays in, to see it closed. */
static void wait_for(struct state *s, struct pollfd p[POLL_COUNT])
{
	const struct relay *r = s->relay;
	static const struct timespec none = {0, 0};
	short sock = socket_events(s);
	bool pending = sock & POLLIN && s->in.len < RELAY_BUFFER &&
	    tls_pending(r->tls) > 0;

	p[POLL_SOCK] = (struct pollfd){sock ? r->sock : -1, sock, 0};
	p[POLL_TO] = (struct pollfd){r->to, s->in.len ? POLLOUT : 0, 0};
	p[POLL_FROM] = (struct pollfd){
	    s->out_ended || s->out.len == RELAY_BUFFER ? -1 : r->from,
	    POLLIN, 0};
	if (ppoll(p, POLL_COUNT, pending ? &none : NULL, r->mask) < 0)
		p[POLL_TO].revents = 0;
}

const char *relay_run(struct relay *r)
{
	struct state *s = mem_zalloc(sizeof(*s));
	struct pollfd p[POLL_COUNT];
	const char *broken;

	s->relay = r;
	/* A handshake may have taken in more than itself. */
	from_peer(s);
	for (;;) {
		bool ended = *r->ended;

		if (ended)
			close_pipe(&r->to);
		to_command(s);
		from_command(s, ended);
		to_peer(s);
		if (s->shut && (r->to < 0 || s->peer_ended) &&
		    s->in.len == 0)
			break;
		wait_for(s, p);
		if (p[POLL_TO].revents & POLLERR)
			close_pipe(&r->to);
		from_peer(s);
	}
	close_pipe(&r->to);
	close_pipe(&r->from);
	broken = s->broken;
	free(s);
	return broken;
}
