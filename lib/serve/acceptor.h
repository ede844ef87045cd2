/* SPDX-License-Identifier: ISC */
/* The loop of a server that runs a command for each connection. */
/* lib/serve is the server's end: a command, usually a pipeline, for each
 * connection. In goes a listening socket, out come processes, and each one's
 * end in order.
 *
 * acceptor.c is the loop and starts the process of a connection; admission.c
 * says who may stay, connections.h remembers who is there. In that process
 * serving.h runs the command (command.h), with TLS between (relay.h), and
 * peer-report.h tells the loop who the peer has shown to be. */
#ifndef SERVE_ACCEPTOR_H
#define SERVE_ACCEPTOR_H

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "io/address.h"
#include "io/tls.h"
#include "serve/command.h"
#include "serve/connections.h"

enum acceptor_news {
	ACCEPTOR_FAULT,
	ACCEPTOR_STATE,	/* stopping, certificates read again */
	ACCEPTOR_DETAIL,	/* every connection */
};

/* What it serves is the caller's; the rest begins zeroed. */
struct acceptor {
	struct command command;
	struct address *address;
	struct listening *listening;
	struct tls_context **context;	/* what it points to is NULL: plain */
	struct tls_config tls;		/* what SIGHUP reads again */
	struct rlimit nofile;		/* as the commands get it */
	bool replace; /* a peer's new connection ends its earlier ones */
	size_t max;		/* connections, behind their handshake */
	size_t max_per_peer;	/* 0: three quarters of these, if they are
				 * many; of unix users all */
	/* Told in one line; also in the process of a TLS connection. */
	void (*tell)(enum acceptor_news, const char *text);

	struct connections connections;
	int names[2];			/* from the processes of TLS */
	sigset_t mask;			/* the signals that came to us with */
	int64_t kill_at, paused_until, complained;
	unsigned untold;		/* refusals since */
	int terms;			/* SIGTERMs that were obeyed */
};

/* Take up SIGTERM, SIGINT, SIGHUP and SIGCHLD, for the rest of the process:
 * before anybody is told that it listens. */
void acceptor_signals(struct acceptor *);

/* Serve until SIGTERM or SIGINT has come and all connections are done: the
 * first stops listening and ends what comes from the peers, the second ends
 * the commands. */
void acceptor_run(struct acceptor *);

#endif
