/* SPDX-License-Identifier: ISC */
/* The connections of a server that runs a process for each. */
#include "guests.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"

enum {
	PARTING_MS = 2000,
	PARTING_MAX = 256,	/* waited for at a time */
};

void guests_release(struct guests *g)
{
	for (size_t i = 0; i < g->count; i++)
		close(g->list[i].fd);
	free(g->list);
	*g = (struct guests){.list = NULL};
}

size_t guests_like(const struct guests *g, const struct guest *guest)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		const struct guest *other = &g->list[i];

		n += other->pid && other->uid == guest->uid &&
		    endpoint_same_host(&other->peer, &guest->peer);
	}
	return n;
}

void guest_text(const struct guest *guest, char out[ENDPOINT_TEXT])
{
	struct endpoint_user user;

	if (endpoint_family(&guest->peer) == AF_UNIX &&
	    endpoint_user(guest->fd, &user))
		snprintf(out, ENDPOINT_TEXT, "unix user %lu (process %ld)",
		    (unsigned long)user.uid, (long)user.pid);
	else
		endpoint_text(&guest->peer, out);
}

void guests_add(struct guests *g, const struct guest *guest)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		g->list = mem_resize(g->list, g->cap, sizeof(*g->list));
	}
	g->list[g->count++] = *guest;
	g->running++;
}

struct guest *guests_find(struct guests *g, pid_t pid)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid == pid)
			return &g->list[i];
	}
	return NULL;
}

static void leave(struct guests *g, size_t i)
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

void guests_part(struct guests *g, struct guest *guest)
{
	size_t parting = g->count - g->running;

	guest->pid = 0;
	g->running--;
	shutdown(guest->fd, SHUT_WR);
	guest->replaced = false;
	guest->deadline = clock_ms() + PARTING_MS;
	if (parting >= PARTING_MAX || drained(guest->fd))
		leave(g, (size_t)(guest - g->list));
}

size_t guests_poll(const struct guests *g, struct pollfd *polls)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid == 0)
			polls[n++] = (struct pollfd){g->list[i].fd, POLLIN, 0};
	}
	return n;
}

static bool same_peer(const struct guest *a, const struct guest *b)
{
	if (a->name[0] || b->name[0])
		return strcmp(a->name, b->name) == 0;
	return endpoint_family(&a->peer) == AF_UNIX &&
	    endpoint_family(&b->peer) == AF_UNIX && a->uid == b->uid;
}

size_t guests_replace(struct guests *g, const struct guest *by,
    int64_t deadline)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		struct guest *guest = &g->list[i];

		if (guest == by || !guest->pid || guest->pid == by->pid ||
		    guest->replaced || !same_peer(guest, by))
			continue;
		shutdown(guest->fd, SHUT_RDWR);
		guest->replaced = true;
		guest->deadline = deadline;
		n++;
	}
	return n;
}

void guests_attend(struct guests *g, int64_t now)
{
	for (size_t i = 0; i < g->count;) {
		struct guest *guest = &g->list[i];

		if (guest->replaced && guest->pid && now >= guest->deadline) {
			kill(-guest->pid, SIGKILL);
			guest->replaced = false;
		}
		if (guest->pid == 0 &&
		    (now >= guest->deadline || drained(guest->fd)))
			leave(g, i);
		else
			i++;
	}
}

int guests_timeout(const struct guests *g, int64_t now)
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

void guests_end_input(const struct guests *g)
{
	for (size_t i = 0; i < g->count; i++)
		shutdown(g->list[i].fd, SHUT_RD);
}

void guests_signal(const struct guests *g, int sig)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->list[i].pid)
			kill(-g->list[i].pid, sig);
	}
}
