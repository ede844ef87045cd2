/* SPDX-License-Identifier: ISC */
/* Starting a command and learning of its end, by a descriptor for it. */
#define _GNU_SOURCE
#include "io/child.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/child-watch.h"

enum { SOCKET_BYTES = 1024 * 1024 };

struct child {
	pid_t pid;
	int pidfd;
	struct event *exit, *timer;
	child_ended *ended;
	void *arg;
	struct event_base *base;
	struct child_watch *stages;
	struct children *among; /* NULL: it is somebody's */
	struct child *next;	/* among them */
	unsigned grace;
	bool told;  /* it had its SIGTERM */
	bool hurry; /* in children_end */
};

/* One that has ended is no longer among those that are left. */
static void leave(struct child *c)
{
	struct children *all = c->among;
	struct child **at = &all->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (!all->first && all->gone)
		all->gone(all->arg);
}

static void free_child(struct child *c)
{
	child_watch_free(c->stages);
	if (c->exit)
		event_free(c->exit);
	if (c->timer)
		event_free(c->timer);
	if (c->pidfd >= 0)
		close(c->pidfd);
	free(c);
}

/* A stopped one must go on to be able to end. */
static void signal_group(const struct child *c, int signal)
{
	kill(-c->pid, signal);
	kill(-c->pid, SIGCONT);
}

static void on_exit_event(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;
	int status = 0;

	(void)fd;
	(void)what;
	/* Stages of it that are left have lost their neighbours. The number of
	 * the group is still taken now. */
	signal_group(c, SIGTERM);
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return;
	if (c->ended)
		c->ended(c->arg, status);
	if (c->among)
		leave(c);
	free_child(c);
}

static void arm(struct child *c)
{
	struct timeval wait = {c->grace / 1000, c->grace % 1000 * 1000};

	event_add(c->timer, &wait);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd;
	(void)what;
	signal_group(c, c->told ? SIGKILL : SIGTERM);
	if (!c->told)
		arm(c);
	c->told = true;
}

static int spawn(pid_t *pid, const char *const *argv, int fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	error = posix_spawnp(pid, argv[0], &actions, &attr,
	    (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static int connected_pair(int pair[2])
{
	int size = SOCKET_BYTES;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size,
		    sizeof(size));
		setsockopt(pair[i], SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof(size));
	}
	return evutil_make_socket_nonblocking(pair[0]);
}

struct child *child_start(struct event_base *base, const char *const *argv,
    int *fd, child_ended *ended, void *arg)
{
	struct child *c;
	int pair[2], error;
	pid_t pid;

	if (connected_pair(pair) < 0)
		return NULL;
	error = spawn(&pid, argv, pair[1]);
	close(pair[1]);
	if (error) {
		close(pair[0]);
		errno = error;
		return NULL;
	}
	c = mem_zalloc(sizeof(*c));
	*c = (struct child){.pid = pid, .ended = ended, .arg = arg,
	    .base = base};
	c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (c->pidfd < 0) {
		error = errno;
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(pair[0]);
		free_child(c);
		errno = error;
		return NULL;
	}
	c->exit = event_new(base, c->pidfd, EV_READ | EV_PERSIST,
	    on_exit_event, c);
	c->timer = event_new(base, -1, 0, on_timer, c);
	if (!c->exit || !c->timer || event_add(c->exit, NULL) < 0)
		mem_exhausted();
	*fd = pair[0];
	return c;
}

void child_watch(struct child *c, void (*stirred)(void *arg))
{
	child_watch_free(c->stages);
	c->stages = child_watch_new(c->base, c->pid, stirred, c->arg);
}

void child_abandon(struct child *c, struct children *among, unsigned grace)
{
	child_watch_free(c->stages);
	c->stages = NULL;
	c->ended = NULL;
	c->grace = grace;
	c->among = among;
	c->next = among->first;
	among->first = c;
	arm(c);
}

void child_end(struct child *c, struct children *among, unsigned grace)
{
	child_abandon(c, among, grace);
	signal_group(c, SIGTERM);
	c->told = true;
}

void children_end(struct children *all, unsigned ms)
{
	for (struct child *c = all->first; c; c = c->next) {
		if (c->hurry)
			continue;
		if (!c->told)
			signal_group(c, SIGTERM);
		c->told = c->hurry = true;
		c->grace = ms;
		arm(c);
	}
}

void child_kill(struct child *c)
{
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	free_child(c);
}

void children_kill(struct children *all)
{
	struct child *next;

	for (struct child *c = all->first; c; c = next) {
		next = c->next;
		child_kill(c);
	}
	all->first = NULL;
}

void child_status_text(struct buf *b, int status)
{
	if (WIFEXITED(status))
		buf_addf(b, "exit status %d", WEXITSTATUS(status));
	else
		buf_addf(b, "signal %d", WTERMSIG(status));
}
