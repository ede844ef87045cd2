/* SPDX-License-Identifier: ISC */
/* Accepting connections at an address, and not when there is no room. */
#ifndef IO_LISTENER_H
#define IO_LISTENER_H

#include <stdbool.h>

#include "io/address.h"

struct buf;
struct event_base;
struct listener;

struct listener_owner {
	/* A connection; fd is the callee's. */
	void (*accepted)(void *arg, struct listener *, int fd,
	    const struct endpoint *peer);
	/* It failed (errno): nothing is accepted for LISTENER_REST. */
	void (*resting)(void *arg, struct listener *, int error);
};

enum { LISTENER_REST = 1000 }; /* milliseconds */

/* Listen, or take over the sockets of an fd: address (pid, fds, names as
 * address_adopt has them). NULL with the reason appended to why. The address
 * stays the caller's. */
struct listener *listener_open(struct event_base *, struct address *,
    const char *pid, const char *fds, const char *names,
    const struct listener_owner *, void *arg, struct buf *why);

/* Stop listening; a unix socket's path is removed. */
void listener_free(struct listener *);

/* Connections wait in the kernel meanwhile. */
void listener_pause(struct listener *);
void listener_resume(struct listener *);

/* What it was opened with. */
const struct address *listener_address(const struct listener *);

/* Append where it listens: "tcp:127.0.0.1:5222", "wss:[::1]:443/chat", several
 * with a comma. */
void listener_text(const struct listener *, struct buf *);

#endif
