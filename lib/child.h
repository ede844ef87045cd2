/* SPDX-License-Identifier: ISC */
/* A command run beside an event loop, its standard input and output being one
 * socket. */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>

struct event_base;
struct child;

/* Called once, with the status of waitpid(2); the child is freed then. */
typedef void child_ended(void *arg, int status);

/* Start argv (looked up in PATH) in a process group of its own, with signals
 * as they are by default. Returns it, with the non-blocking socket, the
 * caller's, in *fd; or NULL with errno. */
struct child *child_start(struct event_base *, const char *const *argv,
    int *fd, child_ended *, void *arg);

/* Nobody is to be told of its end any more. Its group gets a SIGTERM after
 * grace milliseconds and a SIGKILL after as many again. */
void child_abandon(struct child *, unsigned grace);

/* SIGKILL for its group, and wait for it: at the end of the process. */
void child_kill(struct child *);

/* Append words for a status: "exit status 78", "signal 9". */
struct buf;
void child_status_text(struct buf *, int status);

#endif
