/* SPDX-License-Identifier: ISC */
/* The loop of a server that runs a command for each connection. */
#define _GNU_SOURCE /* ppoll */
#include "serve/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/label.h"
#include "base/mem.h"
#include "serve/peer-report.h"
#include "serve/serving.h"

extern char **environ;

enum {
	HANDSHAKE_MS = 30000,
	KILL_MS = ACCEPTOR_KILL_MS,
};

static volatile sig_atomic_t got_term, got_child, got_hangup;

static void on_signal(int sig)
{
	if (sig == SIGCHLD)
		got_child = 1;
	else if (sig == SIGHUP)
		got_hangup = 1;
	else
		got_term = got_term + 1;
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigaction(sig, &sa, NULL);
}

/* ---- the process of a connection */

static void tell_end(const struct acceptor *a, const char *peer, int status)
{
	char text[COMMAND_TEXT];

	command_text(status, text);
	acceptor_tell(a, status ? ACCEPTOR_FAULT : ACCEPTOR_DETAIL,
	    "command of %s ended: %s", peer, text);
}

/* What the process of a TLS connection must not keep, as it runs no other
 * program. */
static void forget_the_others(struct acceptor *a)
{
	handle(SIGTERM, SIG_DFL);
	handle(SIGINT, SIG_DFL);
	handle(SIGHUP, SIG_DFL);
	for (size_t i = 0; i < a->listening->count; i++)
		close(a->listening->fds[i]);
	connections_release(&a->connections);
}

static void introduce(void *arg, const struct tls *tls)
{
	struct acceptor *a = arg;
	struct buf name = BUF_EMPTY;

	if (tls_peer_name(tls, &name) && !label_valid(buf_span(&name)))
		acceptor_tell(a, ACCEPTOR_FAULT,
		    "certificate of '%s': no node has such a name",
		    buf_str(&name));
	buf_release(&name);

	if (!peer_report_write(a->names[1], tls))
		_exit(EX_OSERR);
}

static _Noreturn void serve(struct acceptor *a, int fd, const char *peer)
{
	struct serving session = {.known = introduce,
	    .arg = a, .command = &a->command,
	    .nofile = &a->nofile, .environment = environ,
	    .handshake_ms = HANDSHAKE_MS, .ended = &got_child,
	    .mask = &a->mask};
	struct serving_end end;
	int error;

	setpgid(0, 0);
	got_child = 0;
	if (!*a->context) {
		error = serving_plain(&session, fd);
		_exit(command_exit_status(error));
	}
	forget_the_others(a);
	serving_tls(&session, *a->context, fd, &end);
	if (!end.ran)
		acceptor_tell(
		    a, ACCEPTOR_FAULT, "no service for %s: %s", peer, end.why);
	else if (end.broken)
		acceptor_tell(a, ACCEPTOR_FAULT,
		    "connection of %s broke off: %s", peer, end.why);
	if (end.ran)
		tell_end(a, peer, end.status);
	_exit(EX_OK);
}

/* ---- connections */

static void start(struct acceptor *a, struct connection *g)
{
	char peer[ENDPOINT_TEXT] = "";

	connection_text(g, peer);
	g->pid = fork();
	if (g->pid < 0) {
		acceptor_refuse(a, g, strerror(errno));
		return;
	}
	if (g->pid == 0)
		serve(a, g->fd, peer);
	setpgid(g->pid, g->pid);
	g->unknown = *a->context != NULL;
	g->since = clock_ms();
	connections_add(&a->connections, g);
	if (a->replace && !*a->context)
		acceptor_replace(a, g);
	acceptor_tell(a, ACCEPTOR_DETAIL, "%s connected (process %ld)", peer,
	    (long)g->pid);
}

static void reap(struct acceptor *a)
{
	char peer[ENDPOINT_TEXT] = "";
	struct connection *g;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		g = connections_find(&a->connections, pid);
		if (!g)
			continue;
		connection_text(g, peer);
		if (!g->sent_away && (!*a->context || status != 0))
			tell_end(a, peer, status);
		connections_part(&a->connections, g);
	}
}

static void reload(struct acceptor *a)
{
	struct buf why = BUF_EMPTY;

	got_hangup = 0;
	if (!*a->context)
		return;
	if (tls_context_reload(a->context, &a->tls, &why))
		acceptor_tell(
		    a, ACCEPTOR_STATE, "certificates were read again");
	else
		acceptor_tell(a, ACCEPTOR_FAULT,
		    "%s; going on with what was there", buf_str(&why));
	buf_release(&why);
}

/* The first SIGTERM ends what comes in, the second what runs. */
static void obey_term(struct acceptor *a)
{
	if (a->terms++ == 0) {
		acceptor_tell(a, ACCEPTOR_STATE,
		    "stopping; %zu connections end", a->connections.running);
		address_unlisten(a->address, a->listening);
		connections_end_input(&a->connections);
	} else if (a->kill_at == 0) {
		connections_signal(&a->connections, SIGTERM);
		a->kill_at = clock_ms() + KILL_MS;
	}
}

static int shorter(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Wait for a connection, a signal, or the next deadline. */
static void wait_and_accept(struct acceptor *a, struct pollfd *polls)
{
	int64_t now = clock_ms();
	bool paused = now < a->paused_until;
	size_t listeners = paused ? 0 : a->listening->count, n = listeners;
	int ms = connections_timeout(&a->connections, now);
	struct timespec ts;
	int rc;

	for (size_t i = 0; i < listeners; i++)
		polls[i] = (struct pollfd){a->listening->fds[i], POLLIN, 0};
	polls[n++] = (struct pollfd){a->names[0], POLLIN, 0};
	n += connections_poll(&a->connections, polls + n);
	if (paused)
		ms = shorter(ms, (int)(a->paused_until - now));
	if (a->kill_at)
		ms = shorter(ms, a->kill_at > now ? (int)(a->kill_at - now) :
		    0);
	ts = (struct timespec){ms / 1000, ms % 1000 * 1000000L};
	rc = ppoll(polls, n, ms < 0 ? NULL : &ts, &a->mask);
	if (rc > 0 && polls[listeners].revents)
		acceptor_known(a);
	for (size_t i = 0; rc > 0 && i < listeners; i++) {
		if (polls[i].revents)
			acceptor_accept(a, polls[i].fd, start);
	}
}

void acceptor_signals(struct acceptor *a)
{
	static const int ours[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		handle(ours[i], on_signal);
		sigaddset(&set, ours[i]);
	}
	handle(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, &a->mask);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		sigdelset(&a->mask, ours[i]);
}

void acceptor_run(struct acceptor *a)
{
	struct pollfd *polls = NULL;

	a->names[0] = a->names[1] = -1;
	if (pipe2(a->names, O_CLOEXEC | O_NONBLOCK) < 0)
		acceptor_tell(
		    a, ACCEPTOR_FAULT, "no pipe: %s", strerror(errno));
	while (a->terms == 0 || a->connections.count) {
		polls = mem_resize(polls, 1 + a->connections.count +
		    ADDRESS_SOCKETS_MAX,
		    sizeof(*polls));
		wait_and_accept(a, polls);
		if (got_child) {
			got_child = 0;
			reap(a);
		}
		while (a->terms < got_term)
			obey_term(a);
		if (got_hangup)
			reload(a);
		if (a->kill_at && clock_ms() >= a->kill_at) {
			connections_signal(&a->connections, SIGKILL);
			a->kill_at = clock_ms() + KILL_MS;
		}
		connections_attend(&a->connections, clock_ms());
	}
	connections_release(&a->connections);
	free(polls);
}
