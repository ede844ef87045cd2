/* SPDX-License-Identifier: ISC */
/* A running node: going over to other settings, once they are found good. */
#include "node/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/stamp.h"
#include "io/launch.h"
#include "io/program.h"
#include "node/conf-text.h"

static void drop_next(struct node *n)
{
	conf_release(&n->next);
	commands_release(&n->next_commands);
	args_release(&n->next_keeper);
	args_release(&n->next_upload);
	args_release(&n->next_sealer);
	for (size_t i = 0; i < STAGES_MAX; i++) {
		free(n->next_path[i]);
		n->next_path[i] = NULL;
	}
}

/* Say every line, and answer with them. */
static void refuse(struct node *n, struct buf *why)
{
	char *all, *save = NULL;
	struct buf copy = BUF_EMPTY;

	buf_adds(why, "the settings are not taken over, the node goes on as "
		      "it was\n");
	buf_addspan(&copy, buf_span(why));
	buf_str(&copy);
	all = copy.data;
	for (char *l = strtok_r(all, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		n->o.say("%s: %s", n->o.name, l);
	n->on_reloaded(n, buf_str(why), EX_CONFIG);
	buf_release(&copy);
	drop_next(n);
}

/* What was just checked is what is judged by, also by a stage that is started
 * again. */
static void take_snapshot(struct node *n)
{
	char *from = commands_path(n->o.run_dir, n->o.name, "snapshot.new");
	char *to = commands_path(n->o.run_dir, n->o.name, "snapshot");

	if (rename(from, to) != 0 && errno != ENOENT)
		n->o.say("%s: cannot make '%s': %s", n->o.name, to,
		    strerror(errno));
	free(from);
	free(to);
}

static void take_over(struct node *n)
{
	struct buf pending = BUF_EMPTY;
	struct timespec t;

	take_snapshot(n);
	clock_gettime(CLOCK_MONOTONIC, &t);
	node_notify(n, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	conf_release(&n->conf);
	commands_release(&n->commands);
	n->conf = n->next;
	n->commands = n->next_commands;
	n->next = (struct conf){0};
	n->next_commands = (struct commands){.stages = 0};
	for (size_t i = 0; i < STAGES_MAX; i++) {
		free(n->stage_path[i]);
		n->stage_path[i] = n->next_path[i];
		n->next_path[i] = NULL;
	}
	n->reloaded = stamp_now();
	n->o.say("%s: settings read again", n->o.name);
	for (size_t i = 0; i < setting_count; i++) {
		if (!conf_waits(&n->start, &n->conf, &setting_table[i]))
			continue;
		n->o.say("%s: %s changed: waits for a restart", n->o.name,
		    setting_table[i].key);
		buf_addf(&pending, "%s changed: waits for a restart\n",
		    setting_table[i].key);
	}
	node_warn(n);
	pipelines_renew(n);
	keeper_renew(&n->keeper, &n->next_keeper);
	keeper_renew(&n->upload, &n->next_upload);
	keeper_renew(&n->sealer, &n->next_sealer);
	intercept_renew(n);
	node_notify(n, "READY=1");
	node_tell(n);
	n->on_reloaded(n, buf_str(&pending), EX_OK);
	buf_release(&pending);
}

/* Start the check of the policy; false if there is none to be waited for. */
static bool check_policy(struct node *n, struct buf *why)
{
	struct args args = {NULL, 0};
	char *path = NULL;
	char *save = commands_path(n->o.run_dir, n->o.name, "snapshot.new");

	if (commands_check(&args, &n->next, save)) {
		path = program_find(args.word[0], n->o.search);
		n->check = launch_start(&(struct launch){.path = path,
		    .argv = args.word, .in = -1, .out = -1});
		if (n->check < 0) {
			buf_addf(why, "%s cannot be started: %s\n",
			    args.word[0], strerror(errno));
			n->check = 0;
		}
	}
	free(path);
	free(save);
	args_release(&args);
	return n->check > 0;
}

void reload_begin(struct node *n)
{
	struct buf why = BUF_EMPTY;

	if (n->stopping)
		return;
	if (n->check) {
		n->reload_again = true;
		return;
	}
	if (node_settings(n, &n->next, &why)) {
		commands_pipeline(&n->next_commands, &n->next, n->o.run_dir,
		    n->o.name);
		node_programs(n, &n->next_commands, n->next_path, &why);
		keepers_settings(n, &n->next, &n->next_keeper, &n->next_upload,
		    &n->next_sealer, &why);
	}
	if (why.len == 0 && !check_policy(n, &why) && why.len == 0)
		take_over(n);
	if (why.len)
		refuse(n, &why);
	buf_release(&why);
}

bool reload_ended(struct node *n, pid_t pid, int status)
{
	struct buf why = BUF_EMPTY;

	if (pid != n->check)
		return false;
	n->check = 0;
	if (n->reload_again) {
		/* Things have changed since: from the beginning. */
		n->reload_again = false;
		drop_next(n);
		reload_begin(n);
		return true;
	}
	if (status == 0) {
		take_over(n);
		return true;
	}
	buf_adds(&why, "cup-filter --check ");
	program_status(&why, status);
	buf_addc(&why, '\n');
	refuse(n, &why);
	buf_release(&why);
	return true;
}
