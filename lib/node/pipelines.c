/* SPDX-License-Identifier: ISC */
/* A running node: stages for each connection that cup-intercept makes. */
#include "node/internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/endpoint.h"

enum { CLOSING = 1000, /* milliseconds between looks at what drains */
	DESERTED = 2000,   /* to end in where nobody reads any more */
	DOUBT = 300,	   /* between the ends of two stages, at most */
	DYING = 5000 };	   /* the same while one of them is ending */

static void on_closed(int fd, short what, void *arg)
{
	struct run *r = arg;

	(void)fd;
	(void)what;
	if (r->closed_at)
		return;
	r->closed_at = node_clock();
	node_in(r->timer, CLOSING);
}

/* See that a run ends which is drained, deserted or broken. */
static void on_timer(int fd, short what, void *arg)
{
	struct run *r = arg;
	int64_t due = DESERTED;

	(void)fd;
	(void)what;
	if (!stages_deserted(&r->stages) && r->stages.end == STAGES_CLEAN)
		due = (int64_t)conf_milliseconds(&r->node->start,
			  "hold-timeout") + NODE_GRACE;
	if (node_clock() - r->closed_at >= due) {
		r->unused = r->unused || r->stages.end == STAGES_CLEAN;
		stages_kill(&r->stages, r->told ? SIGKILL : SIGTERM);
		r->told = true;
	}
	node_in(r->timer, CLOSING);
}

static void free_run(struct run *r)
{
	node_event_free(&r->closed);
	node_event_free(&r->timer);
	stages_release(&r->stages);
	free(r);
}

/* A run of the present settings went wrong: when the next may be. */
static void again(struct node *n, struct run *r)
{
	int64_t ran = node_clock() - r->started;
	const char *why = buf_str(&r->stages.why);
	uint64_t wait;

	if (r->generation != n->generation || n->stopping) {
		n->o.say("%s: %s (earlier pipeline)", n->o.name, why);
	} else if (r->stages.end == STAGES_HOPELESS) {
		n->pipeline_state = SERVICE_FAILED;
		node_failed(n, "%s, not started again", why);
		/* Whoever waits to be let in is turned away. */
		event_add(n->connected, NULL);
	} else {
		intercept_hear(n);
		wait = backoff_next(&n->pipeline_backoff, (uint64_t)ran,
		    n->pipeline_worked);
		n->pipeline_worked = false;
		n->pipeline_state = SERVICE_WAITING;
		node_failed(n, "%s, again in %.1f s", why,
		    (double)wait / 1000);
		event_del(n->connected);
		node_in(n->pipeline_timer, wait);
	}
	node_tell(n);
}

static bool acceptable(int fd)
{
	struct endpoint_user user;
	char byte;

	/* One that has gone again while it waited needs no pipeline. */
	return endpoint_user(fd, &user) &&
	    (user.uid == geteuid() || user.uid == 0) &&
	    recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

static size_t count_runs(const struct node *n)
{
	size_t count = 0;

	for (const struct run *r = n->runs; r; r = r->next)
		count++;
	return count;
}

static void start_run(struct node *n, int fd)
{
	struct run *r = mem_zalloc(sizeof(*r));
	struct buf name = BUF_EMPTY, key = BUF_EMPTY;
	const char *env[3];

	buf_addf(&name, "CUP_NODE=%s", n->o.name);
	buf_addf(&key, "CUP_KEY=%s/%s/key", n->o.run_dir, n->o.name);
	env[0] = buf_str(&name);
	env[1] = buf_str(&key);
	env[2] = n->path_variable;
	*r = (struct run){.node = n, .next = n->runs,
	    .generation = n->generation, .started = node_clock()};
	n->runs = r;
	n->pipeline_starts++;
	r->timer = node_event(n, -1, 0, on_timer, r);
	if (stages_start(&r->stages, &n->commands, n->stage_path, fd, env, 3)) {
		r->closed = node_event(n, fd, EV_CLOSED, on_closed, r);
		event_add(r->closed, NULL);
		node_tell(n);
	} else {
		on_closed(fd, 0, r);
		pipelines_settle(n);
	}
	buf_release(&name);
	buf_release(&key);
}

static void on_connected(int fd, short what, void *arg)
{
	struct node *n = arg;
	int c;

	(void)what;
	while (n->pipeline_state == SERVICE_UP ||
	    n->pipeline_state == SERVICE_FAILED) {
		c = address_accept(fd, NULL);
		if (c < 0) {
			if (errno != EAGAIN) {
				/* As with too many files open: not at once
				 * again. */
				node_failed(n, "cannot accept: %s",
				    strerror(errno));
				event_del(n->connected);
				node_in(n->pipeline_timer, CLOSING);
			}
			return;
		}
		if (n->pipeline_state == SERVICE_UP && acceptable(c) &&
		    count_runs(n) < NODE_RUNS)
			start_run(n, c);
		else
			close(c);
	}
}

static void on_open_again(int fd, short what, void *arg)
{
	struct node *n = arg;

	(void)fd;
	(void)what;
	if (n->pipeline_state == SERVICE_WAITING)
		n->pipeline_state = SERVICE_UP;
	event_add(n->connected, NULL);
	node_tell(n);
}

static void on_settle(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pipelines_settle(arg);
}

void pipelines_begin(struct node *n)
{
	n->pipeline_state = SERVICE_UP;
	n->pipeline_timer = node_event(n, -1, 0, on_open_again, n);
	n->settle_timer = node_event(n, -1, 0, on_settle, n);
	n->connected = node_event(n, n->pipeline_listening.fds[0],
	    EV_READ | EV_PERSIST, on_connected, n);
	event_add(n->connected, NULL);
}

bool pipelines_take(struct node *n, pid_t pid, int status)
{
	for (struct run *r = n->runs; r; r = r->next) {
		if (stages_take(&r->stages, pid, status))
			return true;
	}
	return false;
}

/* Two ends that belong together need not become known together. */
static void settle(struct run *r)
{
	int64_t now = node_clock();
	int64_t doubted = r->doubtful ? now - r->doubtful : 0;

	if (stages_settle(&r->stages,
		doubted >= (stages_dying(&r->stages) ? DYING : DOUBT))) {
		r->doubtful = 0;
		return;
	}
	if (!r->doubtful)
		r->doubtful = now;
	node_in(r->node->settle_timer, DOUBT);
}

void pipelines_settle(struct node *n)
{
	for (struct run **at = &n->runs; *at;) {
		struct run *r = *at;

		settle(r);
		if (r->stages.end != STAGES_CLEAN && !r->closed_at)
			on_closed(-1, 0, r);
		if (!stages_over(&r->stages)) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		/* What was ended because nobody used it has not failed. */
		if (r->stages.end != STAGES_CLEAN && !r->unused)
			again(n, r);
		free_run(r);
	}
	node_done(n);
}

void pipelines_renew(struct node *n)
{
	n->generation++;
	n->pipeline_backoff.failures = 0;
	n->pipeline_state = SERVICE_UP;
	event_del(n->pipeline_timer);
	event_add(n->connected, NULL);
}

void pipelines_kill(struct node *n, int signal)
{
	for (struct run *r = n->runs; r; r = r->next)
		stages_kill(&r->stages, signal);
}

/* cup-intercept is gone, and nobody else connects: what still runs has seen
 * the end of its input, or is not let wait for longer. */
void pipelines_end(struct node *n)
{
	event_del(n->connected);
	event_del(n->pipeline_timer);
	for (struct run *r = n->runs; r; r = r->next)
		on_closed(-1, 0, r);
}
