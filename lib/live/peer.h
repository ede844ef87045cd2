/* SPDX-License-Identifier: ISC */
/* Connections by address: an IPv4 address, an IPv6 network of 64 bits (as one
 * host has all of it), or all unix sockets together. Those that have not logged
 * in wait in the order they came. */
#ifndef LIVE_PEER_H
#define LIVE_PEER_H

#include <stdbool.h>

struct endpoint;
struct proxy;
struct session;

/* Count it, as one that has not logged in. False if it is one too many of its
 * address. */
bool peer_enter(struct proxy *, struct session *, const struct endpoint *);

/* It has logged in. */
void peer_known(struct proxy *, struct session *);

/* It is counted no more. */
void peer_leave(struct proxy *, struct session *);

/* Of those that have not logged in the oldest one of the address that has the
 * most of them; NULL if there is none. */
struct session *peer_crowding(struct proxy *);

#endif
