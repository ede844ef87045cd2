/* SPDX-License-Identifier: ISC */
/* The TCP sockets that this machine listens on, as Linux tells them. */
#ifndef IO_SOCKETS_H
#define IO_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "io/endpoint.h"

struct sockets {
	struct endpoint *at;
	size_t count;
};

/* Read /proc/net/tcp or tcp6, or a file of that form; adds to what is there.
 * False with errno. */
bool sockets_read(struct sockets *, const char *path);
void sockets_release(struct sockets *);

/* Whether a listening socket can be reached from this machine only. */
bool sockets_loopback(const struct endpoint *);

/* Whether it listens on any address. */
bool sockets_any(const struct endpoint *);

#endif
