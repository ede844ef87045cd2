/* SPDX-License-Identifier: ISC */
/* A running node: going over to other settings, once they are found good. */
#include "node-state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "conf-text.h"
#include "program.h"
#include "launch.h"
#include "stamp.h"

static void drop_next(struct node *n)
{
	conf_release(&n->next);
	wiring_release(&n->next_wiring);
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
	control_reloaded(n, buf_str(why), EX_CONFIG);
	buf_release(&copy);
	drop_next(n);
}

static void take_over(struct node *n)
{
	struct buf pending = BUF_EMPTY;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	node_notify(n, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	conf_release(&n->conf);
	wiring_release(&n->wiring);
	n->conf = n->next;
	n->wiring = n->next_wiring;
	n->next = (struct conf){0};
	n->next_wiring = (struct wiring){.stages = 0};
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
	intercept_renew(n);
	node_notify(n, "READY=1");
	node_tell(n);
	control_reloaded(n, buf_str(&pending), EX_OK);
	buf_release(&pending);
}

/* Start the check of the policy; false if there is none to be waited for. */
static bool check_policy(struct node *n, struct buf *why)
{
	struct args args = {NULL, 0};
	char *path = NULL;

	if (wiring_check(&args, &n->next)) {
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
		wiring_pipeline(&n->next_wiring, &n->next, n->o.run_dir,
		    n->o.name);
		node_programs(n, &n->next_wiring, n->next_path, &why);
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
