/* SPDX-License-Identifier: ISC */
/* The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt). */
#ifndef IO_PROXYPROTO_H
#define IO_PROXYPROTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "io/endpoint.h"

enum {
	PROXYPROTO_V1_MAX = 107,	/* with its CR LF */
	PROXYPROTO_V2_MAX = 16 + 2048,	/* more is refused */
};

struct proxyproto {
	/* Unknown endpoints: the proxy speaks for itself (LOCAL) or does not
	 * tell (UNKNOWN): the connection's own are the true ones. */
	struct endpoint source, dest;
	size_t len;		/* of the header */
};

enum proxyproto_found {
	PROXYPROTO_MORE,	/* the bytes so far are the begin of a header */
	PROXYPROTO_WHOLE,
	PROXYPROTO_BAD,		/* none, or a wrong one; *why says what */
};

/* Read the header that p begins with. It is decided on the first byte that
 * cannot belong to one, so a peer that sends none is found out at once. */
enum proxyproto_found proxyproto_read(struct proxyproto *, const char *p,
    size_t n, const char **why);

/* Append a header. Ends of different families are both written as IPv6;
 * where one is unknown or unix it is UNKNOWN (version 1) or LOCAL. */
void proxyproto_write(struct buf *, int version, const struct endpoint *source,
    const struct endpoint *dest);

#endif
