/* SPDX-License-Identifier: ISC */
/* A running node: its life from the start to the end. */
#include "node/node.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/loop.h"
#include "io/notify.h"
#include "io/program.h"
#include "node/internal.h"

static void on_child(int fd, short what, void *arg)
{
	struct node *n = arg;
	int status;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!pipelines_take(n, pid, status) &&
		    !intercept_ended(n, pid, status) &&
		    !keepers_ended(n, pid, status))
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
	n->base = loop_new();
	n->loop = link_loop_new(n->base);
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
	n->tell_timer = node_event(n, -1, 0, node_on_tell, n);
	n->watchdog = node_event(n, -1, 0, on_watchdog, n);
	if (n->o.watchdog)
		on_watchdog(-1, 0, n);
	node_warn(n);
	status_begin(n);
	control_begin(n);
	pipelines_begin(n);
	keepers_begin(n);
	intercept_begin(n);
	event_base_dispatch(n->base);
	n->o.say("%s: has ended", n->o.name);
}

static void remove_files(struct node *n)
{
	static const char *const kinds[] = {"key", "policy", "snapshot",
	    "snapshot.new", "notify", "status", "review", "slots"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char *path = commands_path(n->o.run_dir, n->o.name, kinds[i]);

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
	if (n->upload_listening.count)
		address_unlisten(&n->upload_address, &n->upload_listening);
	address_release(&n->upload_address);
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
	node_event_free(&n->keeper.timer);
	node_event_free(&n->upload.timer);
	node_event_free(&n->sealer.timer);
	if (n->base)
		event_base_free(n->base);
	if (n->notify >= 0)
		close(n->notify);
	conf_release(&n->start);
	conf_release(&n->conf);
	conf_release(&n->next);
	commands_release(&n->commands);
	commands_release(&n->next_commands);
	args_release(&n->intercept_args);
	args_release(&n->keeper.args);
	args_release(&n->next_keeper);
	args_release(&n->upload.args);
	args_release(&n->next_upload);
	args_release(&n->sealer.args);
	args_release(&n->next_sealer);
	free(n->keeper.path);
	free(n->upload.path);
	free(n->sealer.path);
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
