/* SPDX-License-Identifier: ISC */
/* The way back for errors to who sent a stanza that its recipient may not
 * have: a connection to the server as a component (XEP-0114). */
#ifndef LIVE_COMPONENT_H
#define LIVE_COMPONENT_H

#include <stdbool.h>

#include "base/span.h"

struct component;
struct proxy;

struct component *component_new(struct proxy *);
void component_free(struct component *);

/* Send a stanza in canonical form, of namespace jabber:client. False if that
 * is not possible now, or component is NULL. */
bool component_send(struct component *, struct span stanza);

bool component_up(const struct component *);

#endif
