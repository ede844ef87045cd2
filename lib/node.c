/* SPDX-License-Identifier: ISC */
/* A running node: its life from the start to the end. */
#include "node.h"

#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mem.h"
#include "node-state.h"
#include "notify.h"
#include "program.h"
#include "stamp.h"

enum { SETTLED = 300 }; /* milliseconds after which a state is told */

int64_t node_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct event *node_event(struct node *n, int fd, short what,
    void (*fn)(int, short, void *), void *arg)
{
	struct event *e = event_new(n->base, fd, what, fn, arg);

	if (!e)
		mem_exhausted();
	return e;
}

void node_in(struct event *timer, uint64_t ms)
{
	struct timeval t = {(time_t)(ms / 1000),
	    (suseconds_t)(ms % 1000 * 1000)};

	event_add(timer, &t);
}

void node_event_free(struct event **e)
{
	if (*e)
		event_free(*e);
	*e = NULL;
}

void node_failed(struct node *n, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	buf_reset(&n->failure);
	buf_adds(&n->failure, text);
	n->o.say("%s: %s", n->o.name, text);
}

void node_notify(struct node *n, const char *format, ...)
{
	char text[NOTIFY_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	notify_send(n->o.notify, text);
}

static void tell(struct node *n)
{
	const char *state = status_state(n);

	event_del(n->tell_timer);
	if (n->told == state)
		return;
	n->told = state;
	n->o.say("%s: is %s", n->o.name, state);
	if (strcmp(state, "up") == 0)
		node_notify(n, "STATUS=up");
	else
		node_notify(n, "STATUS=%s: %.*s", state, (int)n->failure.len,
		    n->failure.data ? n->failure.data : "");
}

static void on_tell(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg);
}

void node_tell(struct node *n)
{
	if (!n->ready && n->intercept_state != SERVICE_STARTING &&
	    n->intercept_state != SERVICE_DOWN && !n->stopping) {
		n->ready = true;
		node_notify(n, "READY=1\nMAINPID=%ld", (long)getpid());
	}
	/* What comes and goes at once is not worth a line. */
	if (n->stopping)
		tell(n);
	else if (n->told != status_state(n))
		node_in(n->tell_timer, SETTLED);
}

static void warn_of_skips(const struct node *n)
{
	struct chain chain;

	chain_read(&chain, &n->conf);
	for (size_t i = 0; i < chain.links; i++) {
		if (chain.link[i].skipped)
			n->o.say("%s: UNSAFE: '%.*s' is not asked while it is "
				 "down", n->o.name,
			    SPAN_ARG(chain.link[i].name));
	}
}

void node_warn(struct node *n)
{
	if (conf_is(&n->conf, "compliance", "none"))
		n->o.say("%s: ANYTHING IS LET THROUGH: compliance is none",
		    n->o.name);
	if (conf_is(&n->start, "on-failure", "pass"))
		n->o.say("%s: UNSAFE: what is not decided in time is let "
			 "through", n->o.name);
	warn_of_skips(n);
	if (geteuid() == 0)
		n->o.say("%s: runs as root: set user", n->o.name);
}

static void on_child(int fd, short what, void *arg)
{
	struct node *n = arg;
	int status;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!pipelines_take(n, pid, status) &&
		    !intercept_ended(n, pid, status))
			reload_ended(n, pid, status);
	}
	/* All ends that belong together are known now. */
	pipelines_settle(n);
}

static void on_term(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	node_stop(arg);
}

static void on_hup(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	reload_begin(arg);
}

static void on_watchdog(int fd, short what, void *arg)
{
	struct node *n = arg;

	(void)fd;
	(void)what;
	node_notify(n, "WATCHDOG=1");
	node_in(n->watchdog, n->o.watchdog / 2);
}

void node_stop(struct node *n)
{
	bool again = n->stopping;

	n->stopping = true;
	if (!again) {
		node_notify(n, "STOPPING=1");
		node_tell(n);
		/* Whoever comes now is refused, and not kept waiting. */
		for (size_t i = 0; i < n->listens; i++)
			address_unlisten(&n->listen[i], &n->listening[i]);
	}
	intercept_stop(n, again);
	if (again)
		pipelines_kill(n, SIGKILL);
	node_done(n);
}

void node_done(struct node *n)
{
	if (n->stopping && !n->intercept && !n->runs)
		event_base_loopbreak(n->base);
}

static struct event *on_signal(struct node *n, int signal,
    void (*fn)(int, short, void *))
{
	struct event *e = node_event(n, signal, EV_SIGNAL | EV_PERSIST, fn, n);

	event_add(e, NULL);
	return e;
}

static void set_path(struct node *n)
{
	char *search = program_search(n->o.search);
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "PATH=%s", search);
	n->path_variable = buf_detach(&b);
	free(search);
}

struct node *node_new(const struct node_options *o, struct buf *why, int *code)
{
	struct node *n = mem_zalloc(sizeof(*n));

	n->o = *o;
	n->lock = n->notify = -1;
	n->started = n->reloaded = stamp_now();
	set_path(n);
	if (!node_setup(n, why, code)) {
		node_free(n);
		return NULL;
	}
	n->base = event_base_new();
	n->loop = n->base ? link_loop_new(n->base) : NULL;
	if (!n->loop)
		mem_exhausted();
	return n;
}

void node_run(struct node *n)
{
	signal(SIGPIPE, SIG_IGN);
	n->sigchld = on_signal(n, SIGCHLD, on_child);
	n->sigterm = on_signal(n, SIGTERM, on_term);
	n->sigint = on_signal(n, SIGINT, on_term);
	n->sighup = on_signal(n, SIGHUP, on_hup);
	n->tell_timer = node_event(n, -1, 0, on_tell, n);
	n->watchdog = node_event(n, -1, 0, on_watchdog, n);
	if (n->o.watchdog)
		on_watchdog(-1, 0, n);
	node_warn(n);
	status_begin(n);
	control_begin(n);
	pipelines_begin(n);
	intercept_begin(n);
	event_base_dispatch(n->base);
	n->o.say("%s: has ended", n->o.name);
}

static void remove_files(struct node *n)
{
	static const char *const kinds[] = {"key", "policy", "notify",
	    "status"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char *path = wiring_path(n->o.run_dir, n->o.name, kinds[i]);

		unlink(path);
		free(path);
	}
}

static void free_paths(char **paths)
{
	for (size_t i = 0; i < STAGES_MAX; i++)
		free(paths[i]);
}

void node_free(struct node *n)
{
	if (n->base) {
		remove_files(n);
		control_end(n);
		status_end(n);
		link_loop_free(n->loop);
	}
	if (n->pipeline_listening.count)
		address_unlisten(&n->pipeline_address, &n->pipeline_listening);
	if (n->control_listening.count)
		address_unlisten(&n->control_address, &n->control_listening);
	address_release(&n->pipeline_address);
	address_release(&n->control_address);
	for (size_t i = 0; i < n->listens; i++) {
		address_unlisten(&n->listen[i], &n->listening[i]);
		address_release(&n->listen[i]);
	}
	free(n->listen);
	free(n->listening);
	node_event_free(&n->sigchld);
	node_event_free(&n->sigterm);
	node_event_free(&n->sigint);
	node_event_free(&n->sighup);
	node_event_free(&n->watchdog);
	node_event_free(&n->tell_timer);
	node_event_free(&n->intercept_timer);
	node_event_free(&n->notified);
	node_event_free(&n->connected);
	node_event_free(&n->pipeline_timer);
	node_event_free(&n->settle_timer);
	if (n->base)
		event_base_free(n->base);
	if (n->notify >= 0)
		close(n->notify);
	conf_release(&n->start);
	conf_release(&n->conf);
	conf_release(&n->next);
	wiring_release(&n->wiring);
	wiring_release(&n->next_wiring);
	args_release(&n->intercept_args);
	free(n->intercept_path);
	free(n->path_variable);
	free_paths(n->stage_path);
	free_paths(n->next_path);
	buf_release(&n->failure);
	/* Last: it is what says that the node runs. */
	if (n->lock >= 0)
		close(n->lock);
	free(n);
}
