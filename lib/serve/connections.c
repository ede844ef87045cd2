/* SPDX-License-Identifier: ISC */
/* The connections of a server that runs a process for each. */
#include "serve/connections.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	PARTING_MS = 2000,
	PARTING_MAX = 256,	/* waited for at a time */
};

void connections_release(struct connections *g)
{
	for (size_t i = 0; i < g->count; i++)
		close(g->list[i].fd);
	free(g->list);
	*g = (struct connections){.list = NULL};
}

static bool known(const struct connection *g)
{
	return g->pid && !g->unknown && !g->sent_away && !g->replaced;
}

static bool unknown(const struct connection *g)
{
	return g->pid && g->unknown && !g->sent_away;
}

static bool alike(const struct connection *a, const struct connection *b)
{
	return a->uid == b->uid &&
	    endpoint_same_network(&a->peer, &b->peer);
}

size_t connections_like(
    const struct connections *g, const struct connection *connection)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++)
		n += known(&g->list[i]) && alike(&g->list[i], connection);
	return n;
}

size_t connections_known(const struct connections *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++)
		n += known(&g->list[i]);
	return n;
}

size_t connections_unknown(const struct connections *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++)
		n += unknown(&g->list[i]);
	return n;
}

void connection_send_away(struct connection *connection)
{
	connection->sent_away = true;
	kill(-connection->pid, SIGKILL);
}

struct connection *connections_crowding(struct connections *g)
{
	struct connection *oldest = NULL;
	size_t most = 0;

	for (size_t i = 0; i < g->count; i++) {
		struct connection *connection = &g->list[i];
		size_t n = 0;

		for (size_t k = 0; unknown(connection) && k < g->count; k++)
			n += unknown(&g->list[k]) &&
			     alike(&g->list[k], connection);
		if (n > most ||
		    (n && n == most && connection->since < oldest->since))
			oldest = connection;
		if (n > most)
			most = n;
	}
	return oldest;
}

void connection_text(
    const struct connection *connection, char out[ENDPOINT_TEXT])
{
	struct endpoint_user user;

	if (endpoint_family(&connection->peer) == AF_UNIX &&
	    endpoint_user(connection->fd, &user))
		snprintf(out, ENDPOINT_TEXT, "unix user %lu (process %ld)",
		    (unsigned long)user.uid, (long)user.pid);
	else
		endpoint_text(&connection->peer, out);
}

void connections_add(struct connections *g, const struct connection *connection)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		g->list = mem_resize(g->list, g->cap, sizeof(*g->list));
	}
	g->list[g->count++] = *connection;
	g->running++;
}

struct connection *connections_find(struct connections *g, pid_t pid)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid == pid)
			return &g->list[i];
	}
	return NULL;
}

static void leave(struct connections *g, size_t i)
{
	close(g->list[i].fd);
	g->list[i] = g->list[--g->count];
}

/* Take in what came; true if the peer's end came, or nothing more can. */
static bool drained(int fd)
{
	char scratch[16384];

	for (int i = 0; i < 64; i++) {
		ssize_t n = recv(fd, scratch, sizeof(scratch), MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EINTR))
			return n == 0 || (errno != EAGAIN &&
			    errno != EWOULDBLOCK);
	}
	return false;
}

void connections_part(struct connections *g, struct connection *connection)
{
	size_t parting = g->count - g->running;

	connection->pid = 0;
	g->running--;
	shutdown(connection->fd, SHUT_WR);
	connection->replaced = false;
	connection->deadline = clock_ms() + PARTING_MS;
	if (parting >= PARTING_MAX || drained(connection->fd))
		leave(g, (size_t)(connection - g->list));
}

size_t connections_poll(const struct connections *g, struct pollfd *polls)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid == 0)
			polls[n++] = (struct pollfd){g->list[i].fd, POLLIN, 0};
	}
	return n;
}

static bool same_peer(const struct connection *a, const struct connection *b)
{
	if (a->name[0] || b->name[0])
		return strcmp(a->name, b->name) == 0;
	return endpoint_family(&a->peer) == AF_UNIX &&
	    endpoint_family(&b->peer) == AF_UNIX && a->uid == b->uid;
}

size_t connections_replace(struct connections *g, const struct connection *by,
    int64_t deadline)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		struct connection *connection = &g->list[i];

		if (connection == by || !connection->pid ||
		    connection->pid == by->pid || connection->replaced ||
		    !same_peer(connection, by))
			continue;
		shutdown(connection->fd, SHUT_RDWR);
		connection->replaced = true;
		connection->deadline = deadline;
		n++;
	}
	return n;
}

void connections_attend(struct connections *g, int64_t now)
{
	for (size_t i = 0; i < g->count;) {
		struct connection *connection = &g->list[i];

		if (connection->replaced && connection->pid &&
		    now >= connection->deadline) {
			kill(-connection->pid, SIGKILL);
			connection->replaced = false;
		}
		if (connection->pid == 0 &&
		    (now >= connection->deadline || drained(connection->fd)))
			leave(g, i);
		else
			i++;
	}
}

int connections_timeout(const struct connections *g, int64_t now)
{
	int64_t least = -1;

	for (size_t i = 0; i < g->count; i++) {
		int64_t left = g->list[i].deadline - now;

		if (g->list[i].pid && !g->list[i].replaced)
			continue;
		left = left < 0 ? 0 : left;
		if (least < 0 || left < least)
			least = left;
	}
	return (int)least;
}

void connections_end_input(const struct connections *g)
{
	for (size_t i = 0; i < g->count; i++)
		shutdown(g->list[i].fd, SHUT_RD);
}

void connections_signal(const struct connections *g, int sig)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid)
			kill(-g->list[i].pid, sig);
	}
}
