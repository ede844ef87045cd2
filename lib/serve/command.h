/* SPDX-License-Identifier: ISC */
/* Running a command on a connection. */
#ifndef SERVE_COMMAND_H
#define SERVE_COMMAND_H

#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct command {
	const char *shell;	/* for /bin/sh -c; or NULL: */
	char *const *argv;	/* as it is, looked up in PATH */
};

enum { COMMAND_TEXT = 96 };

/* In a new process: become the command, with these as stdin and stdout (both
 * made blocking), this environment, all signals as they are by default, and
 * nofile (may be NULL) as the limit of open files. Returns the errno value if
 * that fails. */
int command_exec(const struct command *, int in, int out, char **env,
    const struct rlimit *nofile);

/* 127 for a command that was not found, else 126 (as sh(1) says it). */
int command_exit_status(int error);

/* How it ended, of waitpid(2)'s status: "exit status 1", "signal 9 (Killed)";
 * 127 is explained. */
void command_text(int status, char out[COMMAND_TEXT]);

#endif
