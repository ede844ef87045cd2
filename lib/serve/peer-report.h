/* SPDX-License-Identifier: ISC */
/* What the process of a connection has found out of its peer, said to the one
 * that keeps account of all. */
#ifndef SERVE_PEER_REPORT_H
#define SERVE_PEER_REPORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "io/tls.h"
#include "serve/connections.h"

struct peer_report {
	pid_t pid;
	char name[CONNECTION_NAME]; /* the certificate's subject; "": none */
};

/* Say who is at the other end of the session, as this process. */
bool peer_report_write(int pipe, const struct tls *);

/* The next one; false if there is none. */
bool peer_report_read(int pipe, struct peer_report *);

#endif
