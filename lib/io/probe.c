/* SPDX-License-Identifier: ISC */
/* A connection that is made to see what the other end says. */
#include "io/probe.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 16384 };

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool await(const struct probe *p, short events, struct buf *why)
{
	struct pollfd f = {p->fd, events, 0};

	for (;;) {
		int64_t left = p->deadline - now();
		int n = poll(&f, 1, left > 0 ? (int)left : 0);

		if (n > 0)
			return true;
		if (n == 0) {
			buf_adds(why, "no answer in time");
			return false;
		}
		if (errno != EINTR) {
			buf_adds(why, strerror(errno));
			return false;
		}
	}
}

bool probe_connect(struct probe *p, struct address *a, int ms,
    struct buf *why)
{
	size_t ends = 1;
	const char *text = "cannot be reached";
	int error = 0;

	*p = (struct probe){-1, NULL, now() + ms};
	if (a->kind == ADDRESS_TCP) {
		if (!address_resolve(a, &text)) {
			buf_adds(why, text);
			return false;
		}
		ends = a->count;
	}
	for (size_t i = 0; i < ends; i++) {
		p->fd = address_connect(a, i);
		error = errno;
		if (p->fd < 0)
			continue;
		buf_reset(why);
		if (!await(p, POLLOUT, why))
			break;
		error = address_connected(p->fd);
		if (error == 0)
			return true;
		probe_close(p);
	}
	if (p->fd < 0)
		buf_adds(why, error ? strerror(error) : text);
	probe_close(p);
	return false;
}

/* Wait for what TLS wants; false if it is over. */
static bool tls_waits(struct probe *p, enum tls_result r, struct buf *why)
{
	if (r == TLS_WANT_READ)
		return await(p, POLLIN, why);
	if (r == TLS_WANT_WRITE)
		return await(p, POLLOUT, why);
	if (r == TLS_FAILED)
		buf_adds(why, tls_error(p->tls));
	else
		buf_adds(why, "ended the connection");
	return false;
}

bool probe_secure(struct probe *p, struct tls_context *context,
    const char *name, struct buf *why)
{
	enum tls_result r;

	p->tls = tls_new(context, p->fd, name);
	while ((r = tls_handshake(p->tls)) != TLS_DONE) {
		if (!tls_waits(p, r, why))
			return false;
	}
	return true;
}

bool probe_write(struct probe *p, struct span s, struct buf *why)
{
	while (s.n) {
		size_t done = 0;
		enum tls_result r = TLS_DONE;
		ssize_t n;

		if (p->tls) {
			r = tls_write(p->tls, s.p, s.n, &done);
		} else {
			n = write(p->fd, s.p, s.n);
			if (n < 0 && errno != EAGAIN && errno != EINTR) {
				buf_adds(why, strerror(errno));
				return false;
			}
			done = n > 0 ? (size_t)n : 0;
			r = n < 0 ? TLS_WANT_WRITE : TLS_DONE;
		}
		if (r != TLS_DONE && !tls_waits(p, r, why))
			return false;
		s = (struct span){s.p + done, s.n - done};
	}
	return true;
}

bool probe_read(struct probe *p, struct buf *in, struct buf *why)
{
	for (;;) {
		char *room = buf_room(in, CHUNK);
		enum tls_result r = TLS_WANT_READ;
		size_t done = 0;
		ssize_t n;

		if (p->tls) {
			r = tls_read(p->tls, room, CHUNK, &done);
		} else {
			n = read(p->fd, room, CHUNK);
			if (n == 0)
				r = TLS_END;
			done = n > 0 ? (size_t)n : 0;
			if (n < 0 && errno != EAGAIN && errno != EINTR) {
				buf_adds(why, strerror(errno));
				return false;
			}
		}
		in->len += done;
		if (done)
			return true;
		if (!tls_waits(p, r, why))
			return false;
	}
}

void probe_close(struct probe *p)
{
	tls_free(p->tls);
	if (p->fd >= 0)
		close(p->fd);
	p->tls = NULL;
	p->fd = -1;
}
