/* SPDX-License-Identifier: ISC */
/* The proxy's certificates, and whom it trusts. */
#ifndef LIVE_PROXY_TLS_H
#define LIVE_PROXY_TLS_H

#include <stdbool.h>

struct buf;
struct proxy;

/* Make the contexts that the options ask for. False with the reason appended
 * to why. */
bool proxy_tls_open(struct proxy *, struct buf *why);
void proxy_tls_close(struct proxy *);

/* Read the clients' certificates again; the old ones stay if that fails. */
void proxy_tls_reload(struct proxy *);

#endif
