/* SPDX-License-Identifier: ISC */
/* A running node: keeping up the cup-review that keeps what is held. */
#include "node/internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "io/launch.h"
#include "io/program.h"

bool keeper_settings(struct node *n, const struct conf *c, struct args *a,
    struct buf *why)
{
	/* Another review journal waits for a restart, as cup-intercept's key
	 * is beside it. */
	const char *review = conf_get(&n->start, "review");
	char *path = NULL;

	if (!review)
		review = conf_get(c, "review");
	if (!commands_review(a, c, review, n->o.run_dir, n->o.name))
		return true;
	if (!node_program(n, a->word[0], &path, why))
		return false;
	free(n->keeper.path);
	n->keeper.path = path;
	return true;
}

/* It failed: again later, or not at all. */
static void again(struct node *n, const char *how, bool hopeless)
{
	struct keeper *k = &n->keeper;
	uint64_t wait;

	if (hopeless) {
		k->state = SERVICE_FAILED;
		node_failed(n, "cup-review %s, not started again", how);
	} else {
		wait = backoff_next(&k->backoff,
		    (uint64_t)(node_clock() - k->started), false);
		k->state = SERVICE_WAITING;
		node_failed(n, "cup-review %s, again in %.1f s", how,
		    (double)wait / 1000);
		node_in(k->timer, wait);
	}
	node_tell(n);
}

/* What it runs itself finds the programs, too. */
static void start(struct node *n)
{
	const char *env[] = {n->path_variable};
	struct keeper *k = &n->keeper;
	struct buf how = BUF_EMPTY;
	int error;

	k->leaving = false;
	k->started = node_clock();
	k->starts++;
	k->pid = launch_start(&(struct launch){.path = k->path,
	    .argv = k->args.word, .in = -1, .out = -1, .env = env, .envs = 1,
	    .death_signal = SIGTERM});
	error = errno;
	if (k->pid > 0) {
		k->state = SERVICE_UP;
		node_tell(n);
		return;
	}
	k->pid = 0;
	buf_addf(&how, "cannot be started: %s", strerror(error));
	again(n, buf_str(&how),
	    error == ENOENT || error == EACCES || error == ENOEXEC);
	buf_release(&how);
}

static void on_timer(int fd, short what, void *arg)
{
	struct node *n = arg;
	struct keeper *k = &n->keeper;

	(void)fd;
	(void)what;
	if (k->pid && k->leaving) {
		n->o.say("%s: cup-review does not end, and is killed",
		    n->o.name);
		kill(-k->pid, SIGKILL);
	} else if (!k->pid && k->args.count && !n->stopping) {
		start(n);
	}
}

void keeper_begin(struct node *n)
{
	n->keeper.timer = node_event(n, -1, 0, on_timer, n);
	if (n->keeper.args.count)
		start(n);
}

static void leave(struct node *n)
{
	struct keeper *k = &n->keeper;

	if (k->leaving)
		return;
	k->leaving = true;
	kill(-k->pid, SIGTERM);
	kill(-k->pid, SIGCONT);
	node_in(k->timer, NODE_GRACE);
}

void keeper_renew(struct node *n, struct args *a)
{
	struct keeper *k = &n->keeper;
	bool same = args_same(&k->args, a);

	args_release(&k->args);
	k->args = *a;
	*a = (struct args){NULL, 0};
	if (k->pid) {
		if (!same)
			leave(n);
		return;
	}
	event_del(k->timer);
	k->backoff.failures = 0;
	k->state = SERVICE_DOWN;
	if (k->args.count)
		start(n);
}

bool keeper_ended(struct node *n, pid_t pid, int status)
{
	struct keeper *k = &n->keeper;
	struct buf how = BUF_EMPTY;

	if (pid != k->pid)
		return false;
	event_del(k->timer);
	k->pid = 0;
	k->state = SERVICE_DOWN;
	program_status(&how, status);
	if (n->stopping) {
		n->o.say("%s: cup-review %s", n->o.name, buf_str(&how));
		node_done(n);
	} else if (!k->leaving) {
		again(n, buf_str(&how), stages_hopeless(status));
	} else if (k->args.count) {
		start(n);
	} else {
		node_tell(n);
	}
	buf_release(&how);
	return true;
}

bool keeper_stop(struct node *n, bool at_once)
{
	struct keeper *k = &n->keeper;

	if (!k->pid)
		return false;
	if (at_once)
		kill(-k->pid, SIGKILL);
	else
		leave(n);
	return true;
}
