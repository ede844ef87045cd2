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

struct store {
	char *dir;
	int fd;
};

/* Open a folder; made: also make it where it is not there. False with errno;
 * nothing is to be closed then. */
bool store_open(struct store *, const char *dir, bool made);

/* Keep other writers out until it is closed; waits for them. */
bool store_lock(struct store *);

void store_close(struct store *);

/* The path of a node's file, the caller's to free. */
char *store_path(const struct store *, const char *node);

/* Put text in place of the node's file, mode 0640, on disk when this returns;
 * what was there is in the history before. group is who may read it, -1: as
 * before. The store is locked. False with errno, and in *step what failed; the
 * earlier file is then still there. */
bool store_save(struct store *, const char *node, struct span text,
    gid_t group, const char **step);

struct store_list {
	char **name;
	size_t count;
};

/* The names of all nodes, sorted. */
bool store_nodes(const struct store *, struct store_list *);

/* The times at which versions of the node's file were replaced, the latest
 * first; empty where there are none. */
bool store_history(const struct store *, const char *node,
    struct store_list *);

/* Read the version that was replaced then. False with errno. */
bool store_version(const struct store *, const char *node, const char *time,
    struct buf *text);

void store_list_release(struct store_list *);

#endif
