/* SPDX-License-Identifier: ISC */
/* How a node is wired: from its settings to the command lines that it runs.
 */
#ifndef WIRING_H
#define WIRING_H

#include <stdbool.h>

#include "args.h"
#include "chain.h"
#include "conf.h"

enum { STAGES_MAX = CHAIN_LINKS_MAX + 3 };

/* The stages of a pipeline, in order. A zeroed struct is a valid empty one. */
struct wiring {
	struct args stage[STAGES_MAX];
	size_t stages;
};

/* The path of a file in the node's own folder below the run folder, the
 * caller's to free: "/run/cup/NODE/key"; of kind NULL the folder. */
char *wiring_path(const char *run, const char *node, const char *kind);

/* Set the stages, replacing those that were there. Names of programs are left
 * to be looked up. */
void wiring_pipeline(struct wiring *, const struct conf *, const char *run,
    const char *node);

/* Set the command line of cup-intercept. Listening sockets are passed on under
 * the names "listen0", "listen1", ..., in the order of the settings. */
void wiring_intercept(struct args *, const struct conf *, const char *run,
    const char *node);

/* Set the command line that checks the policy; false where there is none to
 * check. */
bool wiring_check(struct args *, const struct conf *);

/* Set the command line that asks a compliance server for life. */
void wiring_ask(struct args *, const struct conf *, const char *url);

void wiring_release(struct wiring *);

#endif
