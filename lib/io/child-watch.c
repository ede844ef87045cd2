/* SPDX-License-Identifier: ISC */
/* Looking at another process's children, by a descriptor for each. */
#define _GNU_SOURCE
#include "io/child-watch.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { LIST_MAX = 4096 }; /* bytes of numbers that are looked at */

/* One of them. */
struct child_watch {
	struct child_watch *next;
	struct event *exit;
	int pidfd;
	void (*ended)(void *arg);
	void *arg;
};

static void on_exit_event(evutil_socket_t fd, short what, void *arg)
{
	struct child_watch *b = arg;

	(void)fd;
	(void)what;
	b->ended(b->arg);
}

static bool list(struct buf *out, pid_t parent)
{
	struct buf path = BUF_EMPTY;
	ssize_t n = -1;
	int fd;

	buf_addf(&path, "/proc/%ld/task/%ld/children", (long)parent,
	    (long)parent);
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf_room(out, LIST_MAX), LIST_MAX);
		close(fd);
	}
	if (n > 0)
		out->len = (size_t)n;
	buf_release(&path);
	return n > 0;
}

static struct child_watch *watch(struct event_base *base, pid_t pid)
{
	struct child_watch *b = mem_zalloc(sizeof(*b));

	b->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (b->pidfd < 0) {
		free(b);
		return NULL;
	}
	fcntl(b->pidfd, F_SETFD, FD_CLOEXEC);
	/* Not for good: an end is told once. */
	b->exit = event_new(base, b->pidfd, EV_READ, on_exit_event, b);
	if (!b->exit || event_add(b->exit, NULL) < 0)
		mem_exhausted();
	return b;
}

struct child_watch *child_watch_new(struct event_base *base, pid_t parent,
    void (*ended)(void *arg), void *arg)
{
	struct buf pids = BUF_EMPTY;
	struct child_watch *all = NULL, *b;
	const char *at;
	char *end;
	long pid;

	at = list(&pids, parent) ? buf_str(&pids) : "";
	while ((pid = strtol(at, &end, 10)) > 0) {
		at = end;
		b = watch(base, (pid_t)pid);
		if (!b)
			continue;
		b->ended = ended;
		b->arg = arg;
		b->next = all;
		all = b;
	}
	buf_release(&pids);
	return all;
}

void child_watch_free(struct child_watch *b)
{
	while (b) {
		struct child_watch *next = b->next;

		event_free(b->exit);
		close(b->pidfd);
		free(b);
		b = next;
	}
}
