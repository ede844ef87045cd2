/* SPDX-License-Identifier: ISC */
/* How a node is wired: from its settings to the command lines that it runs.
 */
#ifndef NODE_COMMANDS_H
#define NODE_COMMANDS_H

#include <stdbool.h>

#include "base/args.h"
#include "node/chain.h"
#include "node/conf.h"

enum { STAGES_MAX = CHAIN_LINKS_MAX + 4 };

/* The stages of a pipeline, in order. A zeroed struct is a valid empty one. */
struct commands {
	struct args stage[STAGES_MAX];
	size_t stages;
};

/* The path of a file in the node's own folder below the run folder, the
 * caller's to free: "/run/cup/NODE/key"; of kind NULL the folder. */
char *commands_path(const char *run, const char *node, const char *kind);

/* The address of a socket there, likewise. */
char *commands_socket(const char *run, const char *node, const char *kind);

/* The file in which that stage of a pipeline says how it does (io/sheet.h), the
 * caller's to free; kind: "stage", of files "upload-stage". */
char *commands_sheet(const char *run, const char *node, const char *kind,
    size_t stage);

/* Set the stages, replacing those that were there. Names of programs are left
 * to be looked up. */
void commands_pipeline(struct commands *, const struct conf *, const char *run,
    const char *node);

/* Set the command line of cup-intercept. Listening sockets are passed on under
 * the names "listen0", "listen1", ..., in the order of the settings. */
void commands_intercept(struct args *, const struct conf *, const char *run,
    const char *node);

/* cup-upload; start: the settings that the node was started with, of which all
 * but the pipeline is, which is that of c. False: none is wanted. */
bool commands_upload(struct args *, const struct conf *start,
    const struct conf *c, const char *run, const char *node);

/* Set the command line of the cup-review that keeps what is held, and what is
 * settled of it in the journal at review; false where there is none. */
bool commands_review(struct args *, const struct conf *, const char *review,
    const char *run, const char *node);

/* Add to a cup-filter's where links to files lead. */
void commands_files(struct args *, const struct conf *);

/* Set the command line that checks the policy; false where there is none to
 * check. save: where to put it, or NULL. */
bool commands_check(struct args *, const struct conf *, const char *save);

/* Set the command line that asks a compliance server for life. */
void commands_ask(struct args *, const struct conf *, const char *url);

void commands_release(struct commands *);

#endif
