/* SPDX-License-Identifier: ISC */
/* One run of a pipeline: stages joined by pipes, a connection being the first
 * one's input and the last one's output. Knows no event loop. */
#ifndef NODE_STAGES_H
#define NODE_STAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "node/commands.h"

enum stages_end {
	STAGES_CLEAN,	 /* its input ended, and so did all stages */
	STAGES_BROKEN,	 /* a stage ended early, or badly */
	STAGES_HOPELESS, /* and it would again: bad usage or settings */
};

struct stage {
	char *name;
	pid_t pid;
	int status;   /* of waitpid(2) */
	bool running;
	bool fresh;   /* its end was not looked at yet */
};

struct stages {
	int fd; /* the connection, kept open to the end */
	struct stage stage[STAGES_MAX];
	size_t count;
	enum stages_end end; /* as far as is known */
	struct buf why;	     /* the end that was not clean */
};

/* Start them on the connection, which is theirs from now on, also if this
 * fails: false with the reason in why and end set. paths are those of the
 * programs; env is added to the environment. */
bool stages_start(struct stages *, const struct commands *,
    char *const *paths, int fd, const char *const *env, size_t envs);

/* A child ended: whether it was a stage. Look at it with stages_settle once
 * all that ended were taken. */
bool stages_take(struct stages *, pid_t, int status);

/* Look at the ends that were taken. If the run broke, the connection no more
 * takes anything in, the stages before the end are told to end, and those
 * behind it finish.
 * A stage may be known to have ended before the one whose end made it do so:
 * then this returns false, and is to be called again, late after some time in
 * which nothing else came. */
bool stages_settle(struct stages *, bool late);

/* Whether a stage is ending at this moment. */
bool stages_dying(const struct stages *);

/* Whether no stage runs any more. */
bool stages_over(const struct stages *);

/* Whether the other end of the connection is closed, for writing (it drains)
 * or altogether. */
bool stages_draining(const struct stages *);
bool stages_deserted(const struct stages *);

/* Signal all that run; SIGTERM and SIGKILL also reach those that are stopped.
 */
void stages_kill(const struct stages *, int signal);

/* Close the connection. */
void stages_release(struct stages *);

/* Whether a program that ends like this would do so again (sysexits.h: usage,
 * unavailable, config; or it cannot be executed). */
bool stages_hopeless(int status);

#endif
