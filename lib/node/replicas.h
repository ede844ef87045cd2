/* SPDX-License-Identifier: ISC */
/* What a node's settings make of a stream that its records are put into before
 * they go on: the setting replicate. */
#ifndef NODE_REPLICAS_H
#define NODE_REPLICAS_H

#include <stdbool.h>

#include "base/buf.h"
#include "node/conf.h"

/* The file, in the node's own folder, where cup-ship says how it does. */
#define REPLICAS_STATUS "replicas"

/* The stream's name, the caller's to free: "cup-NODE", of files
 * "cup-NODE-files"; a '.' of the node's name is a '_'. */
char *replicas_stream(const char *node, bool messages);

/* Add what is wrong with the settings to mistakes. */
void replicas_sense(const struct conf *, struct buf *mistakes);

/* Append the lines of cup-node --status: "replicas up" or "down",
 * "replicas-records N", "replicas-seconds S". */
void replicas_status(const char *run, const char *node, struct buf *out);

#endif
