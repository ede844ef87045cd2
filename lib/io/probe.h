/* SPDX-License-Identifier: ISC */
/* A connection that is made to see what the other end says: blocking, with a
 * deadline for all of it. */
#ifndef IO_PROBE_H
#define IO_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/address.h"
#include "io/tls.h"

struct probe {
	int fd;
	struct tls *tls;
	int64_t deadline; /* CLOCK_MONOTONIC, in ms */
};

/* Connect within ms milliseconds; these also hold for all that follows. False
 * with the reason appended to why; nothing is to be closed then. The process
 * must ignore SIGPIPE. */
bool probe_connect(struct probe *, struct address *, int ms,
    struct buf *why);

/* Go over to TLS as a client; name is whom the certificate must be for. */
bool probe_secure(struct probe *, struct tls_context *, const char *name,
    struct buf *why);

bool probe_write(struct probe *, struct span, struct buf *why);

/* Append what comes next; false at the end, too. */
bool probe_read(struct probe *, struct buf *in, struct buf *why);

void probe_close(struct probe *);

#endif
