/* SPDX-License-Identifier: ISC */
/* Where the programs of the kit are, and running one to its end. */
#include "io/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

static char *executable(struct span dir, const char *name)
{
	struct buf path = BUF_EMPTY;
	struct stat st;

	buf_addspan(&path, dir);
	buf_addf(&path, "/%s", name);
	if (stat(buf_str(&path), &st) == 0 && S_ISREG(st.st_mode) &&
	    access(buf_str(&path), X_OK) == 0)
		return buf_detach(&path);
	buf_release(&path);
	return NULL;
}

char *program_search(const char *search)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	struct buf b = BUF_EMPTY;

	while (n > 1 && self[n - 1] != '/')
		n--;
	if (n > 1)
		buf_add(&b, self, (size_t)n - 1);
	if (b.len && search && *search)
		buf_addc(&b, ':');
	if (search)
		buf_adds(&b, search);
	return buf_detach(&b);
}

char *program_find(const char *name, const char *search)
{
	char *all = program_search(search), *path = NULL;
	const char *at = all;

	while (!path && at) {
		struct span dir = {at, strcspn(at, ":")};

		/* An empty folder would be the present one: never that. */
		if (dir.n && *dir.p == '/')
			path = executable(dir, name);
		at += dir.n;
		at = *at ? at + 1 : NULL;
	}
	free(all);
	return path;
}

/* posix_spawn cannot become another user. */
static int fork_as(pid_t *pid, const char *const *argv, int out,
    bool (*become)(const void *), const void *arg)
{
	*pid = fork();
	if (*pid < 0)
		return errno;
	if (*pid > 0)
		return 0;
	close(STDIN_FILENO);
	if (open("/dev/null", O_RDONLY) == STDIN_FILENO &&
	    dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0 &&
	    become(arg))
		execve(argv[0], (char *const *)argv, environ);
	_exit(126);
}

static int spawn(pid_t *pid, const char *const *argv, int out)
{
	posix_spawn_file_actions_t actions;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	error = posix_spawn(pid, argv[0], &actions, NULL,
	    (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int program_run(const char *const *argv, struct buf *output,
    bool (*become)(const void *arg), const void *arg)
{
	int ends[2], status = -1, error;
	pid_t pid;
	ssize_t n;

	if (pipe(ends) != 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	error = become ? fork_as(&pid, argv, ends[1], become, arg)
		       : spawn(&pid, argv, ends[1]);
	close(ends[1]);
	while (!error) {
		n = read(ends[0], buf_room(output, 4096), 4096);
		if (n > 0)
			output->len += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	close(ends[0]);
	while (!error && waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	errno = error;
	return error ? -1 : status;
}

void program_status(struct buf *b, int status)
{
	if (WIFEXITED(status))
		buf_addf(b, "exited with %d", WEXITSTATUS(status));
	else
		buf_addf(b, "was killed by signal %d", WTERMSIG(status));
}
