/* SPDX-License-Identifier: ISC */
/* TLS before the HTTP server: each connection's plain side is a socket pair. */
#ifndef UPLOAD_FRONT_H
#define UPLOAD_FRONT_H

#include <stddef.h>
#include <stdint.h>

struct fronts;
struct http;
struct link_loop;
struct tls_context;

/* Handshakes may take timeout milliseconds; of more than most connections at a
 * time the last are closed. */
struct fronts *fronts_new(struct link_loop *, struct http *,
    uint64_t timeout, size_t most);
void fronts_free(struct fronts *);

/* Serve a connected socket by TLS with this context. */
void fronts_serve(struct fronts *, int fd, struct tls_context *);

/* Give up on handshakes that take too long. */
void fronts_tick(struct fronts *, int64_t now);

#endif
