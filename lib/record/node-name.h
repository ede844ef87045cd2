/* SPDX-License-Identifier: ISC */
/* The name of a node as records have it, which may be any word: wider than
 * what a node of cup-node(1) may be called. */
#ifndef RECORD_NODE_NAME_H
#define RECORD_NODE_NAME_H

#include <stdbool.h>

/* The host's name up to its first dot, or "node"; the caller's to free. */
char *node_name_of_host(void);

/* 1 to 255 printable ASCII characters without a space, and not "-". */
bool node_name_valid(const char *);

#endif
