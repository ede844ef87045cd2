/* SPDX-License-Identifier: ISC */
/* What acceptor.c and admission.c share, and nobody else. */
#ifndef SERVE_INTERNAL_H
#define SERVE_INTERNAL_H

#include "serve/acceptor.h"

enum { ACCEPTOR_KILL_MS = 2000 }; /* from SIGTERM to SIGKILL */

void acceptor_tell(const struct acceptor *, enum acceptor_news,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Start the process of a connection. */
typedef void acceptor_start(struct acceptor *, struct connection *);

/* Take what waits at a listening socket, and start what may stay. */
void acceptor_accept(struct acceptor *, int listener, acceptor_start *);
/* Close a connection that has no process, and tell why. */
void acceptor_refuse(
    struct acceptor *, const struct connection *, const char *why);
/* Read who has shown who it is: it may stay, or not. */
void acceptor_known(struct acceptor *);
/* End the earlier connections of the same peer. */
void acceptor_replace(struct acceptor *, const struct connection *);

#endif
