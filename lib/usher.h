/* SPDX-License-Identifier: ISC */
/* The loop of a server that runs a command for each connection. */
#ifndef USHER_H
#define USHER_H

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "address.h"
#include "command.h"
#include "guests.h"
#include "tls.h"

enum usher_news {
	USHER_FAULT,
	USHER_STATE,	/* stopping, certificates read again */
	USHER_DETAIL,	/* every connection */
};

/* What it serves is the caller's; the rest begins zeroed. */
struct usher {
	struct command command;
	struct address *address;
	struct listening *listening;
	struct tls_context **context;	/* what it points to is NULL: plain */
	struct tls_config tls;		/* what SIGHUP reads again */
	struct rlimit nofile;		/* as the commands get it */
	bool replace; /* a peer's new connection ends its earlier ones */
	size_t max, max_per_peer;	/* connections; 0: no limit per peer */
	/* Told in one line; also in the process of a TLS connection. */
	void (*tell)(enum usher_news, const char *text);

	struct guests guests;
	int names[2];			/* from the processes of TLS */
	sigset_t mask;			/* the signals that came to us with */
	int64_t kill_at, paused_until, complained;
	unsigned untold;		/* refusals since */
	int terms;			/* SIGTERMs that were obeyed */
};

/* Take up SIGTERM, SIGINT, SIGHUP and SIGCHLD, for the rest of the process:
 * before anybody is told that it listens. */
void usher_signals(struct usher *);

/* Serve until SIGTERM or SIGINT has come and all connections are done: the
 * first stops listening and ends what comes from the peers, the second ends
 * the commands. */
void usher_run(struct usher *);

#endif
