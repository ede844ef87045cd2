/* SPDX-License-Identifier: ISC */
/* The process of one connection: the command itself, or TLS for it. */
#ifndef SERVE_SERVING_H
#define SERVE_SERVING_H

#include <signal.h>
#include <stdbool.h>

#include "io/tls.h"
#include "serve/command.h"

struct serving {
	const struct command *command;
	const struct rlimit *nofile;	/* as the command gets it */
	char *const *environment;	/* what its own is made of */
	/* For TLS, as in relay.h. */
	unsigned handshake_ms;
	volatile sig_atomic_t *ended;
	const sigset_t *mask;
	/* Called after the handshake; may be NULL. */
	void (*known)(void *arg, const struct tls *);
	void *arg;
};

/* Become the command with the socket as its stdin and stdout, as command_exec.
 */
int serving_plain(const struct serving *, int fd);

struct serving_end {
	bool ran;	/* the command did, and ended with status */
	int status;
	bool broken;	/* the connection broke off, as why says */
	char why[160];	/* or why the command did not run */
};

/* Do the handshake, and only then run the command behind it, until both are
 * done. The caller has SIGCHLD blocked, except in mask. */
void serving_tls(const struct serving *, struct tls_context *, int fd,
    struct serving_end *);

#endif
