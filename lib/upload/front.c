/* SPDX-License-Identifier: ISC */
/* TLS before the HTTP server. */
#include "upload/front.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/link.h"
#include "io/timer.h"
#include "upload/http.h"

enum {
	QUEUED_MAX = 256 * 1024, /* bytes, that one side has still to take */
	CLOSE_MAX = 10000,	 /* milliseconds */
};

enum side { OUTER, INNER, SIDES };

struct front {
	struct fronts *fronts;
	struct front *next, *prev;
	struct link *link[SIDES]; /* INNER NULL: in the handshake */
	bool ended[SIDES];
	int64_t since;
};

struct fronts {
	struct link_loop *loop;
	struct http *http;
	uint64_t timeout;
	struct front *first;
	size_t count, most;
};

static void end(struct front *f)
{
	struct fronts *all = f->fronts;
	bool secured = f->link[INNER] != NULL;

	*(f->prev ? &f->prev->next : &all->first) = f->next;
	if (f->next)
		f->next->prev = f->prev;
	link_free(f->link[INNER]);
	if (secured)
		link_close(f->link[OUTER], CLOSE_MAX);
	else
		link_free(f->link[OUTER]);
	all->count--;
	free(f);
}

static enum side side_of(const struct front *f, const struct link *l)
{
	return l == f->link[OUTER] ? OUTER : INNER;
}

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct front *f = arg;
	struct link *other = f->link[!side_of(f, l)];

	link_write(other, p, n);
	if (link_backlog(other) > QUEUED_MAX)
		link_pause(l);
}

static void on_drained(struct link *l, void *arg)
{
	struct front *f = arg;
	enum side other = (enum side)!side_of(f, l);

	if (f->link[INNER] && !f->ended[other])
		link_resume(f->link[other]);
}

static void on_end(struct link *l, void *arg, enum link_end how,
    const char *why)
{
	struct front *f = arg;
	enum side side = side_of(f, l);

	(void)why;
	f->ended[side] = true;
	if (how == LINK_FAILED || !f->link[INNER] || side == INNER)
		end(f);
	else
		link_shutdown(f->link[INNER]);
}

static void on_step(struct link *l, void *arg, enum link_step step);

static const struct link_owner calls = {
    .step = on_step,
    .data = on_data,
    .drained = on_drained,
    .end = on_end,
};

static void on_step(struct link *l, void *arg, enum link_step step)
{
	struct front *f = arg;
	int pair[2];

	if (step != LINK_SECURED)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		pair) < 0) {
		end(f);
		return;
	}
	f->link[INNER] = link_new(f->fronts->loop, pair[0], &calls, f);
	http_serve(f->fronts->http, pair[1], link_peer(l));
	link_resume(f->link[INNER]);
	link_resume(l);
}

void fronts_serve(struct fronts *all, int fd, struct tls_context *tls)
{
	struct front *f;

	if (all->count >= all->most) {
		close(fd);
		return;
	}
	f = mem_zalloc(sizeof(*f));
	all->count++;
	f->fronts = all;
	f->since = timer_now();
	f->next = all->first;
	if (all->first)
		all->first->prev = f;
	all->first = f;
	f->link[OUTER] = link_new(all->loop, fd, &calls, f);
	link_secure(f->link[OUTER], tls, NULL);
}

void fronts_tick(struct fronts *all, int64_t now)
{
	struct front *next;

	for (struct front *f = all->first; f; f = next) {
		next = f->next;
		if (!f->link[INNER] &&
		    now - f->since >= (int64_t)all->timeout)
			end(f);
	}
}

struct fronts *fronts_new(struct link_loop *loop, struct http *http,
    uint64_t timeout, size_t most)
{
	struct fronts *all = mem_zalloc(sizeof(*all));

	*all = (struct fronts){.loop = loop, .http = http, .timeout = timeout,
	    .most = most};
	return all;
}

void fronts_free(struct fronts *all)
{
	if (!all)
		return;
	while (all->first)
		end(all->first);
	free(all);
}
