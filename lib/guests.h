/* SPDX-License-Identifier: ISC */
/* The connections of a server that runs a process for each: who they are,
 * and their orderly end when the process is done. */
#ifndef GUESTS_H
#define GUESTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "endpoint.h"

enum { GUEST_NAME = 512 }; /* bytes, with NUL; longer ones have none */

struct guest {
	/* 0: the process has ended, and the peer's own end is waited for
	 * until the deadline. */
	pid_t pid;
	int fd;
	struct endpoint peer;
	uid_t uid;		/* of a unix peer */
	char name[GUEST_NAME];	/* by its certificate; "": none yet */
	int64_t deadline;	/* clock_ms */
	bool replaced;		/* the process is killed at the deadline */
};

/* Who it is, for people. */
void guest_text(const struct guest *, char out[ENDPOINT_TEXT]);

/* A zeroed struct is empty. */
struct guests {
	struct guest *list;
	size_t count, cap;
	size_t running;		/* those with a process */
};

void guests_release(struct guests *);

/* How many running ones come from the same host, or the same unix user. */
size_t guests_like(const struct guests *, const struct guest *);

/* Add one with its process; its fd, a socket that the process shares, is
 * ours from now on. */
void guests_add(struct guests *, const struct guest *);

/* The one with that process, or NULL; borrowed until the next change. */
struct guest *guests_find(struct guests *, pid_t pid);

/* Its process is done: the connection ends when all that was written has
 * arrived, so what the peer still sends is taken in for a while. */
void guests_part(struct guests *, struct guest *);

/* Append those that are waited for to polls (room for count), and return how
 * many; then look at them, and close what is done or late. */
size_t guests_poll(const struct guests *, struct pollfd *polls);
void guests_attend(struct guests *, int64_t now);

/* The next deadline in milliseconds from now, -1 if there is none. */
int guests_timeout(const struct guests *, int64_t now);

/* Cut off the earlier connections of the same peer, by name or as a unix
 * user, and have their processes killed if they do not end by the deadline.
 * Returns how many. */
size_t guests_replace(struct guests *, const struct guest *,
    int64_t deadline);

/* End what comes from every peer; what goes to them still does. */
void guests_end_input(const struct guests *);

/* Send a signal to every process and those that it started. */
void guests_signal(const struct guests *, int sig);

#endif
