/* SPDX-License-Identifier: ISC */
/* Running a command on a connection. */
#define _GNU_SOURCE /* NSIG */
#include "serve/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/launch.h"

static void block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && flags & O_NONBLOCK)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int command_exec(const struct command *command, int in, int out,
    char **env, const struct rlimit *nofile)
{
	/* in and out are beyond 2: the program saw to that when it began. */
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		return errno;
	block(STDIN_FILENO);
	block(STDOUT_FILENO);
	if (nofile)
		setrlimit(RLIMIT_NOFILE, nofile);
	launch_signals();
	environ = env;
	if (command->shell)
		execl("/bin/sh", "sh", "-c", command->shell, (char *)NULL);
	else
		execvp(command->argv[0], command->argv);
	return errno;
}

int command_exit_status(int error)
{
	return error == ENOENT || error == ENOTDIR ? 127 : 126;
}

void command_text(int status, char out[COMMAND_TEXT])
{
	if (WIFSIGNALED(status))
		snprintf(out, COMMAND_TEXT, "signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		snprintf(out, COMMAND_TEXT, "exit status %d%s",
		    WEXITSTATUS(status), WEXITSTATUS(status) == 127 ?
		    " (not found)" : "");
}
