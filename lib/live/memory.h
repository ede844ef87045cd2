/* SPDX-License-Identifier: ISC */
/* How much is held, and who is no longer read for it. What waits for a verdict
 * goes on by itself, and whoever feeds it waits with it. What waits for a
 * peer, that does not read or does not finish a stanza, may wait for ever: it
 * has a part of the room, and only who takes it is stopped, at worst ended. */
#ifndef LIVE_MEMORY_H
#define LIVE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proxy;
struct session;
struct stream;

/* Look whether there is room, and stop or go on reading if that has changed.
 */
void memory_look(struct proxy *);
/* Weigh again what waits for the session's peers. fresh: something whole was
 * taken since. */
void memory_weigh(struct session *, bool fresh);
/* The session is over. */
void memory_leave(struct session *);
/* What waits for the peer of a stream; and from how much on some are ended. */
size_t memory_stuck(const struct stream *);
size_t memory_stalled_max(const struct proxy *);
/* relief.c: end who has been in the way for too long; now: timer_now. */
void memory_tick(struct proxy *, int64_t now);
/* Whether that stream is not to be read for now. */
bool memory_stops(const struct session *, int way);

#endif
