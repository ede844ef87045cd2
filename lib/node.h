/* SPDX-License-Identifier: ISC */
/* A node that runs: cup-intercept and its pipelines, kept up. Takes charge of
 * the process: its user, its signals, its children. */
#ifndef NODE_H
#define NODE_H

#include <stdint.h>

#include "buf.h"

struct node;

/* The strings must outlive the node. */
struct node_options {
	const char *name;
	const char *config_dir, *run_dir;
	const char *search;   /* where programs are looked for, as PATH */
	const char *notify;   /* NOTIFY_SOCKET, or NULL */
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
