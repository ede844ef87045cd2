/* SPDX-License-Identifier: ISC */
/* The way back for errors to who sent a stanza that its recipient may not
 * have, and the way on for what a person released: a connection to the server
 * as a component (XEP-0114). */
#ifndef LIVE_COMPONENT_H
#define LIVE_COMPONENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct component;
struct proxy;

struct component *component_new(struct proxy *);
void component_free(struct component *);

/* Send a stanza in canonical form, of namespace jabber:client. False if that
 * is not possible now, or component is NULL. */
bool component_send(struct component *, struct span stanza);

/* Ask the server, behind all that was sent, whether it is there: what answers
 * it comes to releases_answered (release.h) with that id.
 * Only after a component_send that was possible. */
void component_ping(struct component *, struct span domain, struct span id);

bool component_up(const struct component *);

/* Which of its connections is up: a number that no other one has; 0: none. */
uint64_t component_link(const struct component *);

#endif
