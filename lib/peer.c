/* SPDX-License-Identifier: ISC */
/* Connections by address. */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "session.h"

struct peer {
	struct map_node node;
	size_t count;
	char ip[ENDPOINT_IP];
};

bool peer_enter(struct proxy *p, struct session *s,
    const struct endpoint *end)
{
	char ip[ENDPOINT_IP];
	struct map_node *node;
	struct peer *peer;

	if (!p->o.max_per_peer)
		return true;
	endpoint_ip(end, ip);
	if (!ip[0])
		return true; /* a unix socket has no address */
	node = map_find(&p->peers, span_of(ip));
	if (node) {
		peer = MAP_OWNER(node, struct peer, node);
	} else {
		peer = mem_zalloc(sizeof(*peer));
		memcpy(peer->ip, ip, sizeof(ip));
		map_add(&p->peers, &peer->node, span_of(peer->ip));
	}
	peer->count++;
	s->peer = peer;
	return peer->count <= p->o.max_per_peer;
}

void peer_leave(struct proxy *p, struct session *s)
{
	struct peer *peer = s->peer;

	s->peer = NULL;
	if (!peer || --peer->count > 0)
		return;
	map_remove(&p->peers, &peer->node);
	free(peer);
}
