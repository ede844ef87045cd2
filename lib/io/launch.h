/* SPDX-License-Identifier: ISC */
/* Starting a program with exactly the descriptors and surroundings it is to
 * have. */
#ifndef IO_LAUNCH_H
#define IO_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

struct launch {
	const char *path;	  /* of the program */
	char *const *argv;	  /* NULL-terminated */
	int in, out;		  /* its stdin and stdout; -1: /dev/null */
	const int *pass;	  /* its descriptors from 3 on */
	size_t passed;
	const char *const *names; /* theirs, for sd_listen_fds(3); else NULL */
	const char *const *env;	  /* more of the environment, "KEY=VALUE" */
	size_t envs;
	int death_signal; /* that it gets when this process dies; 0: none */
};

/* Start it in a process group of its own, signals as they are by default,
 * NOTIFY_SOCKET and LISTEN_... not inherited. What else is open must be
 * close-on-exec. It is known to run the program when this returns. -1 with
 * errno if it does not; nothing is left then. */
pid_t launch_start(const struct launch *);

/* Make this process one that lives for long: no write that fails ends it, be it
 * to who is gone or to a file that is too large, and it may have as many files
 * open as it is allowed. */
void launch_long_lived(void);

/* Before a program is executed: no signal is blocked, and all do what they do by
 * default. */
void launch_signals(void);

#endif
