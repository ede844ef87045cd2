/* SPDX-License-Identifier: ISC */
/* How many connections each address has. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>

struct endpoint;
struct proxy;
struct session;

/* Count the session. False if that is one too many. */
bool peer_enter(struct proxy *, struct session *, const struct endpoint *);
void peer_leave(struct proxy *, struct session *);

#endif
