/* SPDX-License-Identifier: ISC */
/* What a connection in an event loop reads. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "io/link-internal.h"
#include "io/tls.h"

enum { READ_ROUNDS = 4 };

/* The peer sends no more. */
static void peer_ended(struct link *l, const char *why)
{
	if (l->write_dead) {
		link_fail(l, strerror(EPIPE));
		return;
	}
	l->peer_ended = true;
	if (l->owner)
		l->owner->end(l, l->arg, LINK_PEER_ENDED, why);
	else
		link_closing_check(l);
}

/* ---- reading */

enum got { GOT_BYTES, GOT_NOTHING, GOT_END };

static enum got receive_plain(struct link *l, size_t *n)
{
	ssize_t rc;

	do
		rc = recv(l->fd, l->loop->scratch, LINK_SCRATCH, 0);
	while (rc < 0 && errno == EINTR);
	*n = rc > 0 ? (size_t)rc : 0;
	if (rc > 0)
		return GOT_BYTES;
	if (rc < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return GOT_NOTHING;
	if (rc == 0)
		peer_ended(l, NULL);
	else
		link_fail(l, strerror(errno));
	return GOT_END;
}

static enum got receive_tls(struct link *l, size_t *n)
{
	l->read_wants_write = false;
	switch (tls_read(l->tls, l->loop->scratch, LINK_SCRATCH, n)) {
	case TLS_DONE:
		return GOT_BYTES;
	case TLS_WANT_WRITE:
		l->read_wants_write = true;
		return GOT_NOTHING;
	case TLS_WANT_READ:
		return GOT_NOTHING;
	case TLS_END:
		peer_ended(l, NULL);
		return GOT_END;
	case TLS_CUT:
		peer_ended(l, "cut off");
		return GOT_END;
	default:
		link_fail(l, tls_error(l->tls));
		return GOT_END;
	}
}

void link_read(struct link *l)
{
	for (int i = 0; i < READ_ROUNDS; i++) {
		size_t n = 0;
		enum got got;

		if (l->phase != LINK_PHASE_OPEN || l->paused || l->peer_ended)
			return;
		got = l->tls ? receive_tls(l, &n) : receive_plain(l, &n);
		if (got == GOT_NOTHING && l->write_dead)
			link_fail(l, strerror(EPIPE));
		if (got != GOT_BYTES)
			return;
		if (l->owner)
			l->owner->data(l, l->arg, l->loop->scratch, n);
		if (!l->tls && n < LINK_SCRATCH && !l->write_dead)
			return;
	}
	if (l->phase == LINK_PHASE_OPEN && (l->write_dead ||
	    (l->tls && tls_pending(l->tls))))
		l->kick = true;
}
