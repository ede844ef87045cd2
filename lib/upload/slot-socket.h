/* SPDX-License-Identifier: ISC */
/* The socket at which cup-intercept tells of slots (record/slot.h). */
#ifndef UPLOAD_SLOT_SOCKET_H
#define UPLOAD_SLOT_SOCKET_H

#include <stdbool.h>

#include "record/slot.h"

struct address;
struct buf;
struct event_base;
struct slot_socket;

struct slot_socket_owner {
	void (*slot)(void *arg, const struct slot *);
	/* A line was none. */
	void (*bad)(void *arg, const char *why);
};

/* Listen at a unix: address, for the own user only. NULL with the reason
 * appended to why. The address stays the caller's. */
struct slot_socket *slot_socket_new(struct event_base *, struct address *,
    const struct slot_socket_owner *, void *arg, struct buf *why);
void slot_socket_free(struct slot_socket *);

/* Take in all that was said up to now: the owner is called from within. */
void slot_socket_drain(struct slot_socket *);

#endif
