/* SPDX-License-Identifier: ISC */
/* A running node: keeping cup-intercept up. */
#include "node/internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "io/launch.h"
#include "io/notify.h"
#include "io/program.h"

enum { FDS_MAX = 64 };

static void on_notified(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	intercept_hear(arg);
}

static void ready(struct node *n)
{
	if (n->intercept_state != SERVICE_STARTING)
		return;
	n->intercept_state = SERVICE_UP;
	if (n->renew)
		intercept_renew(n);
	n->o.say("%s: cup-intercept is up", n->o.name);
	node_tell(n);
	status_sample(n);
}

void intercept_pipeline(struct node *n, struct span word)
{
	static const char *const words[] = {"down", "starting", "up"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (span_is(word, words[i]))
			n->pipeline_word = words[i];
	}
	if (span_is(word, "working")) {
		n->pipeline_word = "up";
		n->intercept_worked = n->pipeline_worked = true;
	}
}

void intercept_hear(struct node *n)
{
	char message[NOTIFY_MAX + 1];

	while (notify_take(n->notify, message)) {
		if (span_is(notify_value(message, "READY"), "1"))
			ready(n);
		intercept_pipeline(n, notify_value(message, NOTIFY_PIPELINE));
		node_tell(n);
	}
}

static void on_timer(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	intercept_start(arg);
}

void intercept_begin(struct node *n)
{
	n->notified = node_event(n, n->notify, EV_READ | EV_PERSIST,
	    on_notified, n);
	event_add(n->notified, NULL);
	n->intercept_timer = node_event(n, -1, 0, on_timer, n);
	intercept_start(n);
}

/* It failed: again later, or not at all. */
static void again(struct node *n, const char *how, bool hopeless)
{
	int64_t ran = node_clock() - n->intercept_started;
	uint64_t wait;

	if (hopeless) {
		n->intercept_state = SERVICE_FAILED;
		node_failed(n, "cup-intercept %s, not started again", how);
	} else {
		wait = backoff_next(&n->intercept_backoff, (uint64_t)ran,
		    n->intercept_worked);
		n->intercept_state = SERVICE_WAITING;
		node_failed(n, "cup-intercept %s, again in %.1f s", how,
		    (double)wait / 1000);
		node_in(n->intercept_timer, wait);
	}
	node_tell(n);
}

static pid_t start(struct node *n)
{
	const char *names[FDS_MAX];
	char name[FDS_MAX][32];
	struct buf env = BUF_EMPTY;
	const char *vars[2];
	int fds[FDS_MAX];
	size_t count = 0;
	pid_t pid;

	for (size_t i = 0; i < n->listens; i++) {
		for (size_t k = 0; k < n->listening[i].count &&
		     count < FDS_MAX; k++) {
			snprintf(name[count], sizeof(name[0]), "listen%zu", i);
			names[count] = name[count];
			fds[count++] = n->listening[i].fds[k];
		}
	}
	buf_addf(&env, "NOTIFY_SOCKET=%s/%s/notify", n->o.run_dir, n->o.name);
	vars[0] = buf_str(&env);
	vars[1] = n->path_variable;
	pid = launch_start(&(struct launch){.path = n->intercept_path,
	    .argv = n->intercept_args.word, .in = -1, .out = -1, .pass = fds,
	    .passed = count, .names = names, .env = vars, .envs = 2,
	    .death_signal = SIGTERM});
	buf_release(&env);
	return pid;
}

void intercept_start(struct node *n)
{
	int error;

	if (n->stopping || n->intercept)
		return;
	intercept_hear(n); /* that was another one */
	n->intercept_worked = false;
	n->pipeline_word = NULL;
	n->intercept_started = node_clock();
	n->intercept_starts++;
	n->intercept = start(n);
	error = errno;
	if (n->intercept < 0) {
		struct buf how = BUF_EMPTY;

		n->intercept = 0;
		buf_addf(&how, "cannot be started: %s", strerror(error));
		again(n, buf_str(&how),
		    error == ENOENT || error == EACCES || error == ENOEXEC);
		buf_release(&how);
		return;
	}
	n->intercept_state = SERVICE_STARTING;
	node_tell(n);
}

void intercept_renew(struct node *n)
{
	/* Before it is up it does not know the signal yet. */
	n->renew = n->intercept_state == SERVICE_STARTING;
	if (n->intercept_state == SERVICE_UP) {
		kill(n->intercept, SIGHUP);
	} else if (!n->renew) {
		n->intercept_backoff.failures = 0;
		event_del(n->intercept_timer);
		intercept_start(n);
	}
}

bool intercept_ended(struct node *n, pid_t pid, int status)
{
	struct buf how = BUF_EMPTY;

	if (pid != n->intercept)
		return false;
	intercept_hear(n);
	n->intercept = 0;
	n->intercept_state = SERVICE_DOWN;
	program_status(&how, status);
	if (n->stopping) {
		n->o.say("%s: cup-intercept %s", n->o.name, buf_str(&how));
		event_del(n->intercept_timer);
		pipelines_end(n);
		node_done(n);
	} else {
		again(n, buf_str(&how), stages_hopeless(status));
	}
	buf_release(&how);
	return true;
}

static void on_patience(int fd, short what, void *arg)
{
	struct node *n = arg;

	(void)fd;
	(void)what;
	n->o.say("%s: cup-intercept does not end, and is killed", n->o.name);
	intercept_stop(n, true);
}

void intercept_stop(struct node *n, bool at_once)
{
	event_del(n->intercept_timer);
	if (!n->intercept) {
		pipelines_end(n);
		return;
	}
	kill(-n->intercept, at_once ? SIGKILL : SIGTERM);
	kill(-n->intercept, SIGCONT);
	if (at_once)
		return;
	node_event_free(&n->intercept_timer);
	n->intercept_timer = node_event(n, -1, 0, on_patience, n);
	node_in(n->intercept_timer,
	    conf_milliseconds(&n->start, "hold-timeout") + NODE_GRACE);
}
