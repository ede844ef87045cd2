/* SPDX-License-Identifier: ISC */
/* A running node: keeping up what is beside cup-intercept, the cup-review that
 * keeps what is held, the cup-upload that files come through, and the cup-seal
 * that signs what the journal is. */
#include "node/internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "io/launch.h"
#include "io/program.h"
#include "node/sealing.h"

static bool find(struct keeper *k, const char *program, struct buf *why)
{
	char *path = NULL;

	if (!node_program(k->node, program, &path, why))
		return false;
	free(k->path);
	k->path = path;
	return true;
}

bool keepers_settings(struct node *n, const struct conf *c,
    struct args *keeper, struct args *upload, struct args *sealer,
    struct buf *why)
{
	/* Another review journal waits for a restart, as cup-intercept's key
	 * is beside it. */
	const char *review = conf_get(&n->start, "review");
	bool ok = true;

	n->keeper.node = n->upload.node = n->sealer.node = n;
	n->keeper.name = "cup-review";
	n->upload.name = "cup-upload";
	n->sealer.name = "cup-seal";
	n->upload.listening = &n->upload_listening;
	if (!review)
		review = conf_get(c, "review");
	if (commands_review(keeper, c, review, n->o.run_dir, n->o.name))
		ok = find(&n->keeper, keeper->word[0], why);
	if (commands_upload(upload, &n->start, c, n->o.run_dir, n->o.name))
		ok = find(&n->upload, upload->word[0], why) && ok;
	if (sealing_command(sealer, c))
		ok = find(&n->sealer, sealer->word[0], why) && ok;
	return ok;
}

/* It failed: again later, or not at all. */
static void again(struct keeper *k, const char *how, bool hopeless)
{
	struct node *n = k->node;
	uint64_t wait;

	if (hopeless) {
		k->state = SERVICE_FAILED;
		node_failed(n, "%s %s, not started again", k->name, how);
	} else {
		wait = backoff_next(&k->backoff,
		    (uint64_t)(node_clock() - k->started), false);
		k->state = SERVICE_WAITING;
		node_failed(n, "%s %s, again in %.1f s", k->name, how,
		    (double)wait / 1000);
		node_in(k->timer, wait);
	}
	node_tell(n);
}

/* What it runs itself finds the programs, and knows whose it is and what for,
 * as stages do. */
static pid_t launch(struct keeper *k)
{
	struct node *n = k->node;
	struct buf name = BUF_EMPTY, key = BUF_EMPTY;
	const char *names[ADDRESS_SOCKETS_MAX], *env[4];
	size_t count = k->listening ? k->listening->count : 0;
	pid_t pid;

	for (size_t i = 0; i < count; i++)
		names[i] = "upload";
	buf_addf(&name, "CUP_NODE=%s", n->o.name);
	buf_addf(&key, "CUP_KEY=%s/%s/key", n->o.run_dir, n->o.name);
	env[0] = buf_str(&name);
	env[1] = buf_str(&key);
	env[2] = "CUP_PART=files";
	env[3] = n->path_variable;
	pid = launch_start(&(struct launch){.path = k->path,
	    .argv = k->args.word, .in = -1, .out = -1,
	    .pass = count ? k->listening->fds : NULL, .passed = count,
	    .names = count ? names : NULL, .env = env, .envs = 4,
	    .death_signal = SIGTERM});
	buf_release(&name);
	buf_release(&key);
	return pid;
}

static void start(struct keeper *k)
{
	struct buf how = BUF_EMPTY;
	int error;

	k->leaving = false;
	k->started = node_clock();
	k->starts++;
	k->pid = launch(k);
	error = errno;
	if (k->pid > 0) {
		k->state = SERVICE_UP;
		node_tell(k->node);
		return;
	}
	k->pid = 0;
	buf_addf(&how, "cannot be started: %s", strerror(error));
	again(k, buf_str(&how),
	    error == ENOENT || error == EACCES || error == ENOEXEC);
	buf_release(&how);
}

static void on_timer(int fd, short what, void *arg)
{
	struct keeper *k = arg;
	struct node *n = k->node;

	(void)fd;
	(void)what;
	if (k->pid && k->leaving) {
		n->o.say("%s: %s does not end, and is killed", n->o.name,
		    k->name);
		kill(-k->pid, SIGKILL);
	} else if (!k->pid && k->args.count && !n->stopping) {
		start(k);
	}
}

static void begin(struct keeper *k)
{
	k->timer = node_event(k->node, -1, 0, on_timer, k);
	if (k->args.count)
		start(k);
}

void keepers_begin(struct node *n)
{
	begin(&n->keeper);
	begin(&n->upload);
	begin(&n->sealer);
}

static void leave(struct keeper *k)
{
	if (k->leaving)
		return;
	k->leaving = true;
	kill(-k->pid, SIGTERM);
	kill(-k->pid, SIGCONT);
	node_in(k->timer, NODE_GRACE);
}

void keeper_renew(struct keeper *k, struct args *a)
{
	bool same = args_same(&k->args, a);

	args_release(&k->args);
	k->args = *a;
	*a = (struct args){NULL, 0};
	if (k->pid && !same) {
		leave(k);
	} else if (k->pid && k == &k->node->upload) {
		/* Its pipeline reads the policy again. */
		kill(k->pid, SIGHUP);
	} else if (!k->pid) {
		event_del(k->timer);
		k->backoff.failures = 0;
		k->state = SERVICE_DOWN;
		if (k->args.count)
			start(k);
	}
}

static bool ended(struct keeper *k, pid_t pid, int status)
{
	struct node *n = k->node;
	struct buf how = BUF_EMPTY;

	if (pid != k->pid)
		return false;
	event_del(k->timer);
	k->pid = 0;
	k->state = SERVICE_DOWN;
	program_status(&how, status);
	if (n->stopping) {
		n->o.say("%s: %s %s", n->o.name, k->name, buf_str(&how));
		node_done(n);
	} else if (!k->leaving) {
		again(k, buf_str(&how), stages_hopeless(status));
	} else if (k->args.count) {
		start(k);
	} else {
		node_tell(n);
	}
	buf_release(&how);
	return true;
}

bool keepers_ended(struct node *n, pid_t pid, int status)
{
	return ended(&n->keeper, pid, status) ||
	    ended(&n->upload, pid, status) || ended(&n->sealer, pid, status);
}

bool keeper_stop(struct keeper *k, bool at_once)
{
	if (!k->pid)
		return false;
	if (at_once)
		kill(-k->pid, SIGKILL);
	else
		leave(k);
	return true;
}
