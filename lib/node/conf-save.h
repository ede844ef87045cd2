/* SPDX-License-Identifier: ISC */
/* The folder with the settings of all nodes: saving so that neither a crash
 * nor another writer can break or lose anything, and the versions before. */
#ifndef NODE_CONF_SAVE_H
#define NODE_CONF_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/stamp.h"

struct conf_store {
	char *dir;
	int fd;
};

/* Open a folder; made: also make it where it is not there. False with errno;
 * nothing is to be closed then. */
bool conf_store_open(struct conf_store *, const char *dir, bool made);

/* Keep other writers out until it is closed; waits for them. */
bool conf_store_lock(struct conf_store *);

void conf_store_close(struct conf_store *);

/* The path of a node's file, the caller's to free. */
char *conf_store_path(const struct conf_store *, const char *node);

/* Put text in place of the node's file, mode 0640, on disk when this returns;
 * what was there is in the history before. group is who may read it, -1: as
 * before. The store is locked. False with errno, and in *step what failed; the
 * earlier file is then still there. */
bool conf_store_save(struct conf_store *, const char *node, struct span text,
    gid_t group, const char **step);

struct conf_store_list {
	char **name;
	size_t count;
};

/* The names of all nodes, sorted. */
bool conf_store_nodes(const struct conf_store *, struct conf_store_list *);

/* The times at which versions of the node's file were replaced, the latest
 * first; empty where there are none. */
bool conf_store_history(const struct conf_store *, const char *node,
    struct conf_store_list *);

/* Read the version that was replaced then. False with errno. */
bool conf_store_version(const struct conf_store *, const char *node, const char *time,
    struct buf *text);

void conf_store_list_release(struct conf_store_list *);

#endif
