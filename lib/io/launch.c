/* SPDX-License-Identifier: ISC */
/* Starting a program. */
#define _GNU_SOURCE /* putenv, NSIG */
#include "io/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3, KEEP = 64 }; /* descriptors: passed on, and out of the way */

extern char **environ;

void launch_signals(void)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &by_default, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void launch_long_lived(void)
{
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* Put fd at place; close-on-exec off. Negative: /dev/null. */
static bool place(int fd, int at)
{
	int null = -1;
	bool ok;

	if (fd < 0)
		fd = null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd == at)
		return fcntl(fd, F_SETFD, 0) == 0;
	ok = fd >= 0 && dup2(fd, at) >= 0;
	if (null >= 0)
		close(null);
	return ok;
}

/* Blocking mode belongs to the open file, which a child shares: it is to see
 * what a plain program expects. */
static bool block(int fd)
{
	int flags = fd < 0 ? 0 : fcntl(fd, F_GETFL);

	return flags >= 0 &&
	    (!(flags & O_NONBLOCK) ||
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0);
}

static bool arrange(const struct launch *s)
{
	int moved[KEEP];

	if (s->passed > KEEP || !block(s->in) || !block(s->out))
		return false;
	/* Out of the way first, so that none is overwritten. */
	for (size_t i = 0; i < s->passed; i++) {
		moved[i] = fcntl(s->pass[i], F_DUPFD_CLOEXEC, FIRST + KEEP);
		if (moved[i] < 0)
			return false;
	}
	if (!place(s->in, STDIN_FILENO) || !place(s->out, STDOUT_FILENO))
		return false;
	for (size_t i = 0; i < s->passed; i++) {
		if (!place(moved[i], FIRST + (int)i))
			return false;
	}
	return true;
}

static bool surround(const struct launch *s)
{
	char number[32], names[1024] = "";
	size_t len = 0;

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (size_t i = 0; i < s->envs; i++) {
		if (putenv((char *)s->env[i]) != 0)
			return false;
	}
	if (!s->passed)
		return true;
	for (size_t i = 0; i < s->passed && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%s", i ? ":" : "", s->names[i]);
	if (len >= sizeof(names))
		return false;
	snprintf(number, sizeof(number), "%ld", (long)getpid());
	if (setenv("LISTEN_PID", number, 1) != 0)
		return false;
	snprintf(number, sizeof(number), "%zu", s->passed);
	return setenv("LISTEN_FDS", number, 1) == 0 &&
	    setenv("LISTEN_FDNAMES", names, 1) == 0;
}

static void become(const struct launch *s, pid_t parent, int report)
{
	int error;

	/* Behind everything that is arranged, so that it stays. */
	report = fcntl(report, F_DUPFD_CLOEXEC, FIRST + 2 * KEEP);
	setpgid(0, 0);
	launch_signals();
	errno = EINVAL;
	if (arrange(s) && surround(s)) {
		if (s->death_signal) {
			prctl(PR_SET_PDEATHSIG, s->death_signal);
			if (getppid() != parent)
				_exit(0); /* too late to be told */
		}
		execve(s->path, s->argv, environ);
	}
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

pid_t launch_start(const struct launch *s)
{
	pid_t parent = getpid(), pid;
	int ends[2], error = 0;
	ssize_t n;

	if (pipe(ends) != 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0)
		become(s, parent, ends[1]);
	if (pid < 0)
		error = errno;
	close(ends[1]);
	do {
		n = pid > 0 ? read(ends[0], &error, sizeof(error)) : 0;
	} while (n < 0 && errno == EINTR);
	close(ends[0]);
	if (pid > 0 && n > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		pid = -1;
	}
	if (pid < 0)
		errno = error;
	return pid;
}
