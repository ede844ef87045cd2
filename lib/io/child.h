/* SPDX-License-Identifier: ISC */
/* A command run beside an event loop, its standard input and output being one
 * socket. */
#ifndef IO_CHILD_H
#define IO_CHILD_H

#include <stdbool.h>

struct event_base;
struct child;

/* Those that nobody waits for any more, while they are still there. Zeroed,
 * it is valid; gone(arg), if set, is called when the last one has ended. */
struct children {
	struct child *first;
	void (*gone)(void *arg);
	void *arg;
};

/* Called once, with the status of waitpid(2); the child is freed then. */
typedef void child_ended(void *arg, int status);

/* Start argv (looked up in PATH) in a process group of its own, with signals
 * as they are by default. Returns it, with the non-blocking socket, the
 * caller's, in *fd; or NULL with errno. */
struct child *child_start(struct event_base *, const char *const *argv,
    int *fd, child_ended *, void *arg);

/* Call stirred(arg), from the loop, whenever one of the processes ends that it
 * has started by now: the stages of a pipeline, where it is a shell. */
void child_watch(struct child *, void (*stirred)(void *arg));

/* Nobody is to be told of its end any more. Its group gets a SIGTERM after
 * grace milliseconds and a SIGKILL after as many again. */
void child_abandon(struct child *, struct children *, unsigned grace);

/* The same, but it gets the SIGTERM now. */
void child_end(struct child *, struct children *, unsigned grace);

/* All of them get their SIGTERM now, and the SIGKILL after ms milliseconds. */
void children_end(struct children *, unsigned ms);

/* SIGKILL for its group, and wait for it: at the end of the process. */
void child_kill(struct child *);
void children_kill(struct children *);

/* Append words for a status: "exit status 78", "signal 9". */
struct buf;
void child_status_text(struct buf *, int status);

#endif
