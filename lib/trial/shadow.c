/* SPDX-License-Identifier: ISC */
/* The end of the process beside it that the stage has.
 *
 * Before each record, as it came, goes a comment with what the stage made of
 * it: "#VERDICT", TAB, the reason, TAB, and its stanza where that was changed.
 */
#define _XOPEN_SOURCE 700 /* nice */
#include "trial/shadow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/program.h"

enum { NICER = 10 };

/* In the new process: nothing of the stage's streams may stay open in it, or
 * whoever reads them would wait for its end. */
static _Noreturn void become(int in, int (*work)(void *), void *arg)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(in, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(71);
	close(in);
	close(null);
	signal(SIGPIPE, SIG_IGN);
	/* What is judged comes first. */
	(void)!nice(NICER);
	_exit(work(arg));
}

bool shadow_begin(struct shadow *s, int (*work)(void *arg), void *arg)
{
	int ends[2], error;

	*s = (struct shadow){.fd = -1, .say = s->say};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	s->pid = fork();
	if (s->pid == 0) {
		close(ends[0]);
		become(ends[1], work, arg);
	}
	error = errno;
	close(ends[1]);
	if (s->pid > 0) {
		s->fd = ends[0];
		return true;
	}
	close(ends[0]);
	errno = error;
	return false;
}

void shadow_add(struct shadow *s, struct span line, struct span came,
    const struct record *went)
{
	struct buf *b = &s->waiting;
	struct span stanza = went->field[RECORD_STANZA];
	struct span reason = went->field[RECORD_REASON];
	bool edited = stanza.p != came.p;

	if (s->fd < 0)
		return;
	if (b->len - s->sent + line.n + reason.n + (edited ? stanza.n : 0) >
	    SHADOW_MAX) {
		s->missed++;
		return;
	}
	buf_addf(b, "#%s\t", verdict_name(went->verdict));
	buf_addspan(b, reason);
	buf_addc(b, '\t');
	if (edited)
		buf_addspan(b, stanza);
	buf_addc(b, '\n');
	buf_addspan(b, line);
	buf_addc(b, '\n');
}

static void hang_up(struct shadow *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_release(&s->waiting);
}

/* It has ended, and should not have but for status 0. */
static void ended(struct shadow *s, bool due)
{
	struct buf how = BUF_EMPTY;
	int status = 0;
	pid_t pid;

	hang_up(s);
	do {
		pid = waitpid(s->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	program_status(&how, status);
	if (!due || status != 0)
		s->say("shadow: %s: what it would decide is not seen any more",
		    buf_str(&how));
	buf_release(&how);
}

void shadow_push(struct shadow *s)
{
	struct buf *b = &s->waiting;
	ssize_t n = 1;

	if (s->fd < 0)
		return;
	while (s->sent < b->len && n > 0) {
		n = send(s->fd, b->data + s->sent, b->len - s->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			s->sent += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
		ended(s, false);
	} else if (s->sent >= b->len / 2) {
		/* Not each time, so that no byte is moved more than once. */
		buf_consume(b, s->sent);
		s->sent = 0;
	}
	if (s->missed && !s->lagged)
		s->say("shadow: is too slow: it misses records");
	s->lagged = s->missed > 0;
}

/* True once it has ended. */
static bool wait_end(struct shadow *s, int64_t end)
{
	struct pollfd p = {.fd = s->fd, .events = POLLOUT};
	int64_t left;

	while (s->fd >= 0 && (left = end - clock_ms()) > 0) {
		if (p.events && !s->waiting.len) {
			shutdown(s->fd, SHUT_WR);
			p.events = 0; /* its end is seen all the same */
		}
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		if (p.revents & POLLHUP)
			ended(s, !s->waiting.len);
		else
			shadow_push(s);
	}
	return s->fd < 0;
}

void shadow_end(struct shadow *s)
{
	if (!wait_end(s, clock_ms() + SHADOW_END)) {
		s->say("shadow: is not waited for any longer");
		hang_up(s);
	}
	if (s->missed)
		s->say("shadow: missed %" PRIu64 " records", s->missed);
}
