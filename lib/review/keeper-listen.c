/* SPDX-License-Identifier: ISC */
/* Who connects to the keeper, and when that ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/listener.h"
#include "review/keeper-internal.h"

enum { SOCKET_MODE = 0666 }; /* who is there is told by the kernel */

/* Nothing is for it any more. */
static void forget(struct client *c)
{
	struct keeper *k = c->keeper;

	for (size_t i = 0; i < k->pendings; i++) {
		if (k->pending[i].client == c)
			k->pending[i].client = NULL;
	}
	keeper_forget(k, c);
	c->node = false;
	buf_release(&c->in);
}

static void free_client(struct client *c)
{
	forget(c);
	*(c->prev ? &c->prev->next : &c->keeper->clients) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	link_free(c->link);
	free(c->user);
	free(c->node_name);
	free(c);
}

/* What is queued for it may still go out; until it has, it counts as one of
 * its user's. */
static void end_client(struct client *c)
{
	if (c->closes)
		return;
	forget(c);
	c->closes = clock_ms() + KEEPER_CLOSE;
	if (c->ended && !link_backlog(c->link))
		free_client(c);
	else
		link_shutdown(c->link);
}

/* More than a person says, or than he reads of the answers. */
static bool overdone(const struct client *c)
{
	if (c->in.len > RECORD_LINE_MAX)
		return true;
	return !c->node && (c->in.len > KEEPER_LINE ||
		link_backlog(c->link) > KEEPER_BACKLOG);
}

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct client *c = arg;

	(void)l;
	if (c->closes)
		return;
	client_said(c, p, n);
	keeper_hand_out(c->keeper);
	if (c->gone || overdone(c))
		end_client(c);
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	struct client *c = arg;
	struct keeper *k = c->keeper;

	(void)l;
	(void)why;
	c->ended = true;
	if (end == LINK_FAILED || (c->closes && !link_backlog(c->link)))
		free_client(c);
	else
		end_client(c);
	keeper_hand_out(k);
}

static void on_drained(struct link *l, void *arg)
{
	struct client *c = arg;

	(void)l;
	if (c->closes && c->ended)
		free_client(c);
}

static const struct link_owner calls = {.data = on_data, .end = on_end,
    .drained = on_drained};

static bool crowded(const struct keeper *k, uid_t uid)
{
	size_t n = 0;

	for (const struct client *c = k->clients; c; c = c->next)
		n += c->uid == uid;
	return n >= KEEPER_PER_USER;
}

static void on_accepted(void *arg, struct listener *listener, int fd,
    const struct endpoint *peer)
{
	struct keeper *k = arg;
	struct endpoint_user user;
	struct client *c;
	bool own;

	(void)listener;
	(void)peer;
	own = endpoint_user(fd, &user) &&
	    (user.uid == 0 || user.uid == getuid());
	if (!endpoint_user(fd, &user) || (!own && crowded(k, user.uid))) {
		close(fd);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	*c = (struct client){.next = k->clients, .keeper = k, .own = own,
	    .uid = user.uid};
	if (k->clients)
		k->clients->prev = c;
	k->clients = c;
	c->link = link_new(k->loop, fd, &calls, c);
	link_resume(c->link);
}

static void on_resting(void *arg, struct listener *listener, int error)
{
	struct keeper *k = arg;

	(void)listener;
	k->config.say("cannot accept connections for now: %s",
	    strerror(error));
}

bool keeper_listen(struct keeper *k)
{
	static const struct listener_owner owner = {on_accepted, on_resting};
	struct buf why = BUF_EMPTY;

	k->listener = listener_open(k->base, k->config.address, NULL, NULL,
	    NULL, &owner, k, &why);
	if (k->listener &&
	    chmod(k->config.address->path, SOCKET_MODE) != 0)
		buf_addf(&why, "cannot open '%s' to all: %s",
		    k->config.address->text, strerror(errno));
	if (why.len) {
		snprintf(k->end.error.text, sizeof(k->end.error.text), "%s",
		    buf_str(&why));
		k->end.error.error = 0;
		keeper_fail(k, KEEPER_LISTEN);
	} else {
		k->config.say("listening on %s", k->config.address->text);
	}
	buf_release(&why);
	return !k->end.fault;
}

void keeper_close_late(struct keeper *k)
{
	int64_t now = clock_ms();

	for (struct client *c = k->clients, *next; c; c = next) {
		next = c->next;
		if (c->closes && now >= c->closes)
			free_client(c);
	}
}

void keeper_close_clients(struct keeper *k)
{
	listener_free(k->listener);
	while (k->clients)
		free_client(k->clients);
}
