/* SPDX-License-Identifier: ISC */
/* Who is let in, and who has to go. */
#include "serve/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/peer-report.h"

enum {
	KILL_MS = ACCEPTOR_KILL_MS,
	PAUSE_MS = 100,		/* when accept(2) has no room */
	COMPLAINT_MS = 1000,	/* refusals are told at most so often */
	ACCEPT_ROUND = 64,
	UNKNOWN_MAX = 100,	/* connections whose handshake is not done */
	FEW = 8,		/* connections of which one host may have all */
};

void acceptor_tell(const struct acceptor *a, enum acceptor_news news,
    const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	a->tell(news, text);
}

/* In a flood a line for each would fill the log. */
static void complain(struct acceptor *a, const char *what, const char *why)
{
	int64_t now = clock_ms();

	if (a->complained && now - a->complained < COMPLAINT_MS) {
		a->untold++;
		return;
	}
	if (a->untold)
		acceptor_tell(a, ACCEPTOR_FAULT, "%s: %s (and %u more before)",
		    what, why, a->untold);
	else
		acceptor_tell(a, ACCEPTOR_FAULT, "%s: %s", what, why);
	a->untold = 0;
	a->complained = now;
}

void acceptor_refuse(
    struct acceptor *a, const struct connection *g, const char *why)
{
	char peer[ENDPOINT_TEXT] = "", what[ENDPOINT_TEXT + 16];

	connection_text(g, peer);
	snprintf(what, sizeof(what), "refused %s", peer);
	close(g->fd);
	complain(a, what, why);
}

/* Those that are known and are one host's: where nobody says otherwise it
 * leaves a quarter to others. */
static size_t most_of(const struct acceptor *a, const struct connection *g)
{
	if (a->max_per_peer || a->max < FEW ||
	    endpoint_family(&g->peer) == AF_UNIX)
		return a->max_per_peer;
	return a->max / 4 * 3;
}

/* Why there is no room for one more that is known, or NULL. */
static const char *no_room(const struct acceptor *a, const struct connection *g)
{
	size_t most = most_of(a, g);

	if (connections_known(&a->connections) >= a->max)
		return "too many connections";
	if (most && connections_like(&a->connections, g) >= most)
		return "too many connections from there";
	return NULL;
}

static void send_away(struct acceptor *a, struct connection *g, const char *why)
{
	char peer[ENDPOINT_TEXT] = "", what[ENDPOINT_TEXT + 16];

	connection_text(g, peer);
	snprintf(what, sizeof(what), "closed %s", peer);
	connection_send_away(g);
	complain(a, what, why);
}

void acceptor_replace(struct acceptor *a, const struct connection *g)
{
	char peer[ENDPOINT_TEXT] = "";
	size_t n =
	    connections_replace(&a->connections, g, clock_ms() + KILL_MS);

	connection_text(g, peer);
	if (n)
		acceptor_tell(a, ACCEPTOR_STATE,
		    "%s %s takes over from %zu before", peer, g->name, n);
}

/* A handshake is done. */
void acceptor_known(struct acceptor *a)
{
	struct peer_report i;
	struct connection *g;
	const char *why;

	while (peer_report_read(a->names[0], &i)) {
		g = connections_find(&a->connections, i.pid);
		if (!g || !g->unknown || g->sent_away)
			continue;
		memcpy(g->name, i.name, sizeof(g->name));
		if (a->replace && g->name[0])
			acceptor_replace(a, g);
		why = no_room(a, g);
		g->unknown = false;
		if (why)
			send_away(a, g, why);
	}
}

/* Whoever has not shown who it is makes room for others that may. */
static void make_room(struct acceptor *a)
{
	struct connection *g;

	while (connections_unknown(&a->connections) >= UNKNOWN_MAX &&
	    (g = connections_crowding(&a->connections)))
		send_away(a, g, "too many whose handshake is not done");
}

static bool take(struct acceptor *a, int listener, acceptor_start *start)
{
	struct connection g = {.pid = 0};
	struct endpoint_user user;
	const char *why;

	g.fd = address_accept(listener, &g.peer);
	if (g.fd < 0 && errno == EAGAIN)
		return false;
	if (g.fd < 0) {
		complain(a, "cannot accept connections", strerror(errno));
		a->paused_until = clock_ms() + PAUSE_MS;
		return false;
	}
	if (endpoint_user(g.fd, &user))
		g.uid = user.uid;
	why = *a->context ? NULL : no_room(a, &g);
	if (why) {
		acceptor_refuse(a, &g, why);
		return true;
	}
	if (*a->context)
		make_room(a);
	start(a, &g);
	return true;
}

void acceptor_accept(struct acceptor *a, int listener, acceptor_start *start)
{
	for (int i = 0; i < ACCEPT_ROUND && take(a, listener, start); i++)
		continue;
}
