/* SPDX-License-Identifier: ISC */
/* Connections by address. */
#include "live/peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "live/internal.h"

struct peer {
	struct map_node node;
	struct peer *next, *prev;
	size_t count, unknown;
	struct session *first, *last; /* that have not logged in */
	char ip[ENDPOINT_IP];	      /* or network; "": none */
};

static struct peer *peer_of(struct proxy *p, const char *ip)
{
	struct map_node *node = map_find(&p->peers, span_of(ip));
	struct peer *peer;

	if (node)
		return MAP_OWNER(node, struct peer, node);
	peer = mem_zalloc(sizeof(*peer));
	memcpy(peer->ip, ip, strlen(ip) + 1);
	map_add(&p->peers, &peer->node, span_of(peer->ip));
	peer->next = p->peer;
	if (p->peer)
		p->peer->prev = peer;
	p->peer = peer;
	return peer;
}

static void forget(struct proxy *p, struct peer *peer)
{
	map_remove(&p->peers, &peer->node);
	if (peer->prev)
		peer->prev->next = peer->next;
	else
		p->peer = peer->next;
	if (peer->next)
		peer->next->prev = peer->prev;
	free(peer);
}

/* Where nobody says otherwise one address leaves a quarter to the others. */
static size_t most(const struct proxy *p)
{
	enum { FEW = 8 };

	if (p->o.max_per_peer || p->o.max_clients < FEW)
		return p->o.max_per_peer;
	return p->o.max_clients / 4 * 3;
}

bool peer_enter(struct proxy *p, struct session *s,
    const struct endpoint *end)
{
	char ip[ENDPOINT_IP];
	struct peer *peer;

	endpoint_network(end, ip);
	peer = peer_of(p, ip[0] ? ip : "unix");
	peer->count++;
	peer->unknown++;
	p->unknown++;
	s->peer = peer;
	s->unknown = true;
	s->later = NULL;
	s->sooner = peer->last;
	if (peer->last)
		peer->last->later = s;
	else
		peer->first = s;
	peer->last = s;
	return !ip[0] || !most(p) || peer->count <= most(p);
}

void peer_known(struct proxy *p, struct session *s)
{
	struct peer *peer = s->peer;

	if (!s->unknown)
		return;
	s->unknown = false;
	p->unknown--;
	peer->unknown--;
	if (s->sooner)
		s->sooner->later = s->later;
	else
		peer->first = s->later;
	if (s->later)
		s->later->sooner = s->sooner;
	else
		peer->last = s->sooner;
}

void peer_leave(struct proxy *p, struct session *s)
{
	struct peer *peer = s->peer;

	if (!peer)
		return;
	peer_known(p, s);
	s->peer = NULL;
	if (--peer->count == 0)
		forget(p, peer);
}

struct session *peer_crowding(struct proxy *p)
{
	struct peer *crowd = p->peer;

	for (struct peer *peer = crowd; peer; peer = peer->next) {
		if (peer->unknown > crowd->unknown)
			crowd = peer;
	}
	return crowd ? crowd->first : NULL;
}
