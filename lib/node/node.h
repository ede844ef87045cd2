/* SPDX-License-Identifier: ISC */
/* A node that runs: cup-intercept and its pipelines, kept up. Takes charge of
 * the process: its user, its signals, its children. */
/* lib/node is the whole: a node as an administrator sets and runs it. In go
 * settings, out come command lines, processes, and the truth of how they do.
 *
 * Settings: setting.h is the table of all of them, value*.c their kinds, conf.h
 * a file of them read, conf-sense.h whether they go together; conf-file.h,
 * conf-save.h, conf-text.h, conf-show.h and editor.h change and show them.
 * audit.h looks at what is around: a file for each kind of thing, findings in
 * finding.c. Running: commands.h makes the command lines (chain.h those for
 * compliance servers), stages.h runs one pipeline, internal.h says how the
 * files of a running node go together; control.h is how others ask it,
 * identity.h who it runs as. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include <stdint.h>

#include "base/buf.h"

struct node;

/* The strings must outlive the node. */
struct node_options {
	const char *name;
	const char *config_dir, *run_dir;
	const char *search;   /* where programs are looked for, as PATH */
	const char *notify;   /* NOTIFY_SOCKET, or NULL */
	const char *metrics; /* where to tell numbers, an address; NULL: as the
			      * settings say */
	uint64_t watchdog;    /* milliseconds, 0: none is wanted */
	/* Say something in one line. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

/* Read the settings, open the listening sockets, become the node's user and
 * make its files. NULL with the reasons, lines, in why, and in *code one of
 * sysexits.h. */
struct node *node_new(const struct node_options *, struct buf *why, int *code);

/* Serve until it is stopped. */
void node_run(struct node *);

void node_free(struct node *);

#endif
