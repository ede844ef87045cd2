/* SPDX-License-Identifier: ISC */
/* Bytes both ways between a TLS session and the pipes of a command. */
#ifndef SERVE_RELAY_H
#define SERVE_RELAY_H

#include <signal.h>
#include <stdbool.h>

#include "io/tls.h"

/* Do the handshake, within ms milliseconds. False with the reason. */
bool relay_handshake(struct tls *, int sock, unsigned ms, const char **why);

struct relay {
	struct tls *tls;
	int sock;		/* non-blocking */
	int to, from;		/* pipes to and from the command; non-blocking;
				 * closed and -1 afterwards */
	/* Set by a signal when the command ended; the signal is let in by
	 * mask, while the relay waits. */
	volatile sig_atomic_t *ended;
	const sigset_t *mask;
};

/* Run until both directions are over. Neither waits for the other. The end of
 * one goes on as the end of that one alone; a peer that is gone ends both. The
 * command's end ends the connection once all that it wrote is out. Returns
 * NULL, or why the connection broke off; borrowed from the session. */
const char *relay_run(struct relay *);

#endif
