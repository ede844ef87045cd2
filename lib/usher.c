/* SPDX-License-Identifier: ISC */
/* The loop of a server that runs a command for each connection. */
#define _GNU_SOURCE /* ppoll */
#include "usher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "introduction.h"
#include "mem.h"
#include "serving.h"

extern char **environ;

enum {
	HANDSHAKE_MS = 30000,
	KILL_MS = 2000,		/* from SIGTERM to SIGKILL */
	PAUSE_MS = 100,		/* when accept(2) has no room */
	COMPLAINT_MS = 1000,	/* refusals are told at most so often */
	ACCEPT_ROUND = 64,
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

static void __attribute__((format(printf, 3, 4)))
tell(const struct usher *u, enum usher_news news, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	u->tell(news, text);
}

/* ---- the process of a connection */

static void tell_end(const struct usher *u, const char *peer, int status)
{
	char text[COMMAND_TEXT];

	command_text(status, text);
	tell(u, status ? USHER_FAULT : USHER_DETAIL,
	    "command of %s ended: %s", peer, text);
}

/* What the process of a TLS connection must not keep, as it runs no other
 * program. */
static void forget_the_others(struct usher *u)
{
	handle(SIGTERM, SIG_DFL);
	handle(SIGINT, SIG_DFL);
	handle(SIGHUP, SIG_DFL);
	for (size_t i = 0; i < u->listening->count; i++)
		close(u->listening->fds[i]);
	guests_release(&u->guests);
}

static void introduce(void *arg, const struct tls *tls)
{
	struct usher *u = arg;

	if (!introduction_write(u->names[1], tls))
		_exit(EX_OSERR);
}

static _Noreturn void serve(struct usher *u, int fd, const char *peer)
{
	struct serving session = {.known = u->replace ? introduce : NULL,
	    .arg = u, .command = &u->command,
	    .nofile = &u->nofile, .environment = environ,
	    .handshake_ms = HANDSHAKE_MS, .ended = &got_child,
	    .mask = &u->mask};
	struct serving_end end;
	int error;

	setpgid(0, 0);
	got_child = 0;
	if (!*u->context) {
		error = serving_plain(&session, fd);
		_exit(command_exit_status(error));
	}
	forget_the_others(u);
	serving_tls(&session, *u->context, fd, &end);
	if (!end.ran)
		tell(u, USHER_FAULT, "no service for %s: %s", peer, end.why);
	else if (end.broken)
		tell(u, USHER_FAULT, "connection of %s broke off: %s", peer,
		    end.why);
	if (end.ran)
		tell_end(u, peer, end.status);
	_exit(EX_OK);
}

/* ---- connections */

/* In a flood a line for each would fill the log. */
static void complain(struct usher *u, const char *what, const char *why)
{
	int64_t now = clock_ms();

	if (u->complained && now - u->complained < COMPLAINT_MS) {
		u->untold++;
		return;
	}
	if (u->untold)
		tell(u, USHER_FAULT, "%s: %s (and %u more before)", what, why,
		    u->untold);
	else
		tell(u, USHER_FAULT, "%s: %s", what, why);
	u->untold = 0;
	u->complained = now;
}

static void refuse(struct usher *u, const struct guest *g, const char *why)
{
	char peer[ENDPOINT_TEXT] = "", what[ENDPOINT_TEXT + 16];

	guest_text(g, peer);
	snprintf(what, sizeof(what), "refused %s", peer);
	close(g->fd);
	complain(u, what, why);
}

static void replace(struct usher *u, const struct guest *g)
{
	char peer[ENDPOINT_TEXT] = "";
	size_t n = guests_replace(&u->guests, g, clock_ms() + KILL_MS);

	guest_text(g, peer);
	if (n)
		tell(u, USHER_STATE, "%s %s takes over from %zu before", peer,
		    g->name, n);
}

static void take_names(struct usher *u)
{
	struct introduction i;
	struct guest *g;

	while (introduction_read(u->names[0], &i)) {
		g = guests_find(&u->guests, i.pid);
		if (!g || !i.name[0])
			continue;
		memcpy(g->name, i.name, sizeof(g->name));
		replace(u, g);
	}
}

static void start(struct usher *u, struct guest *g)
{
	char peer[ENDPOINT_TEXT] = "";

	guest_text(g, peer);
	g->pid = fork();
	if (g->pid < 0) {
		refuse(u, g, strerror(errno));
		return;
	}
	if (g->pid == 0)
		serve(u, g->fd, peer);
	setpgid(g->pid, g->pid);
	guests_add(&u->guests, g);
	if (u->replace && !*u->context)
		replace(u, g);
	tell(u, USHER_DETAIL, "%s connected (process %ld)", peer,
	    (long)g->pid);
}

static void accept_some(struct usher *u, int listener)
{
	for (int i = 0; i < ACCEPT_ROUND; i++) {
		struct guest g = {.pid = 0};
		struct endpoint_user user;

		g.fd = address_accept(listener, &g.peer);
		if (g.fd < 0 && errno == EAGAIN)
			return;
		if (g.fd < 0) {
			complain(u, "cannot accept connections",
			    strerror(errno));
			u->paused_until = clock_ms() + PAUSE_MS;
			return;
		}
		if (endpoint_user(g.fd, &user))
			g.uid = user.uid;
		if (u->guests.running >= u->max)
			refuse(u, &g, "too many connections");
		else if (u->max_per_peer && guests_like(&u->guests, &g) >=
		    u->max_per_peer)
			refuse(u, &g, "too many connections from there");
		else
			start(u, &g);
	}
}

static void reap(struct usher *u)
{
	char peer[ENDPOINT_TEXT] = "";
	struct guest *g;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		g = guests_find(&u->guests, pid);
		if (!g)
			continue;
		guest_text(g, peer);
		if (!*u->context || status != 0)
			tell_end(u, peer, status);
		guests_part(&u->guests, g);
	}
}

static void reload(struct usher *u)
{
	struct buf why = BUF_EMPTY;

	got_hangup = 0;
	if (!*u->context)
		return;
	if (tls_context_reload(u->context, &u->tls, &why))
		tell(u, USHER_STATE, "certificates were read again");
	else
		tell(u, USHER_FAULT, "%s; going on with what was there",
		    buf_str(&why));
	buf_release(&why);
}

/* The first SIGTERM ends what comes in, the second what runs. */
static void obey_term(struct usher *u)
{
	if (u->terms++ == 0) {
		tell(u, USHER_STATE, "stopping; %zu connections end",
		    u->guests.running);
		address_unlisten(u->address, u->listening);
		guests_end_input(&u->guests);
	} else if (u->kill_at == 0) {
		guests_signal(&u->guests, SIGTERM);
		u->kill_at = clock_ms() + KILL_MS;
	}
}

static int shorter(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Wait for a connection, a signal, or the next deadline. */
static void wait_and_accept(struct usher *u, struct pollfd *polls)
{
	int64_t now = clock_ms();
	bool paused = now < u->paused_until;
	size_t listeners = paused ? 0 : u->listening->count, n = listeners;
	int ms = guests_timeout(&u->guests, now);
	struct timespec ts;
	int rc;

	for (size_t i = 0; i < listeners; i++)
		polls[i] = (struct pollfd){u->listening->fds[i], POLLIN, 0};
	polls[n++] = (struct pollfd){u->names[0], POLLIN, 0};
	n += guests_poll(&u->guests, polls + n);
	if (paused)
		ms = shorter(ms, (int)(u->paused_until - now));
	if (u->kill_at)
		ms = shorter(ms, u->kill_at > now ? (int)(u->kill_at - now) :
		    0);
	ts = (struct timespec){ms / 1000, ms % 1000 * 1000000L};
	rc = ppoll(polls, n, ms < 0 ? NULL : &ts, &u->mask);
	if (rc > 0 && polls[listeners].revents)
		take_names(u);
	for (size_t i = 0; rc > 0 && i < listeners; i++) {
		if (polls[i].revents)
			accept_some(u, polls[i].fd);
	}
}

void usher_signals(struct usher *u)
{
	static const int ours[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		handle(ours[i], on_signal);
		sigaddset(&set, ours[i]);
	}
	handle(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, &u->mask);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		sigdelset(&u->mask, ours[i]);
}

void usher_run(struct usher *u)
{
	struct pollfd *polls = NULL;

	u->names[0] = u->names[1] = -1;
	if (u->replace && pipe2(u->names, O_CLOEXEC | O_NONBLOCK) < 0)
		tell(u, USHER_FAULT, "no pipe: %s", strerror(errno));
	while (u->terms == 0 || u->guests.count) {
		polls = mem_resize(polls, 1 + u->guests.count +
		    ADDRESS_SOCKETS_MAX,
		    sizeof(*polls));
		wait_and_accept(u, polls);
		if (got_child) {
			got_child = 0;
			reap(u);
		}
		while (u->terms < got_term)
			obey_term(u);
		if (got_hangup)
			reload(u);
		if (u->kill_at && clock_ms() >= u->kill_at) {
			guests_signal(&u->guests, SIGKILL);
			u->kill_at = clock_ms() + KILL_MS;
		}
		guests_attend(&u->guests, clock_ms());
	}
	guests_release(&u->guests);
	free(polls);
}
