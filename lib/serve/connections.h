/* SPDX-License-Identifier: ISC */
/* The connections of a server that runs a process for each: who they are,
 * and their orderly end when the process is done. */
#ifndef SERVE_CONNECTIONS_H
#define SERVE_CONNECTIONS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "io/endpoint.h"

enum { CONNECTION_NAME = 512 }; /* bytes, with NUL; longer ones have none */

struct connection {
	/* 0: the process has ended, and the peer's own end is waited for
	 * until the deadline. */
	pid_t pid;
	int fd;
	struct endpoint peer;
	uid_t uid;		/* of a unix peer */
	char name[CONNECTION_NAME];	/* by its certificate; "": none yet */
	int64_t deadline;	/* clock_ms */
	bool replaced;		/* the process is killed at the deadline */
	bool unknown;		/* its handshake is not done */
	bool sent_away;		/* while it was; its process is being killed */
	int64_t since;		/* clock_ms */
};

/* Who it is, for people. */
void connection_text(const struct connection *, char out[ENDPOINT_TEXT]);

/* A zeroed struct is empty. */
struct connections {
	struct connection *list;
	size_t count, cap;
	size_t running;		/* those with a process */
};

void connections_release(struct connections *);

/* How many of those that are known come from the same host (of IPv6: network of
 * 64 bits), or the same unix user; how many there are; and how many are not
 * known yet. */
size_t connections_like(const struct connections *, const struct connection *);
size_t connections_known(const struct connections *);
size_t connections_unknown(const struct connections *);

/* Kill the process of one; or of the oldest that is not known, of the host that
 * has most of these. */
void connection_send_away(struct connection *);
struct connection *connections_crowding(struct connections *);

/* Add one with its process; its fd, a socket that the process shares, is
 * ours from now on. */
void connections_add(struct connections *, const struct connection *);

/* The one with that process, or NULL; borrowed until the next change. */
struct connection *connections_find(struct connections *, pid_t pid);

/* Its process is done: the connection ends when all that was written has
 * arrived, so what the peer still sends is taken in for a while. */
void connections_part(struct connections *, struct connection *);

/* Append those that are waited for to polls (room for count), and return how
 * many; then look at them, and close what is done or late. */
size_t connections_poll(const struct connections *, struct pollfd *polls);
void connections_attend(struct connections *, int64_t now);

/* The next deadline in milliseconds from now, -1 if there is none. */
int connections_timeout(const struct connections *, int64_t now);

/* Cut off the earlier connections of the same peer, by name or as a unix
 * user, and have their processes killed if they do not end by the deadline.
 * Returns how many. */
size_t connections_replace(struct connections *, const struct connection *,
    int64_t deadline);

/* End what comes from every peer; what goes to them still does. */
void connections_end_input(const struct connections *);

/* Send a signal to every process and those that it started. */
void connections_signal(const struct connections *, int sig);

#endif
