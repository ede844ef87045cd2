/* SPDX-License-Identifier: ISC */
/* How much is held, and who is no longer read for it. What waits for a verdict
 * goes on by itself, and whoever feeds it waits with it. What waits for a
 * peer, that does not read or does not finish a stanza, may wait for ever: it
 * has a part of the room, and only who takes it is stopped, at worst ended. */
#ifndef ROOM_H
#define ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct proxy;
struct session;

/* Look whether there is room, and stop or go on reading if that has changed.
 */
void room_look(struct proxy *);
/* Weigh again what waits for the session's peers. fresh: something whole was
 * taken since. */
void room_weigh(struct session *, bool fresh);
/* The session is over. */
void room_leave(struct session *);
/* End who has been in the way for too long; now: timer_now. */
void room_tick(struct proxy *, int64_t now);
/* Whether that leg is not to be read for now. */
bool room_stops(const struct session *, int way);

#endif
