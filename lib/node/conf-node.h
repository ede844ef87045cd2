/* SPDX-License-Identifier: ISC */
/* A node's settings among those of the other nodes of its folder. */
#ifndef NODE_CONF_NODE_H
#define NODE_CONF_NODE_H

#include "node/conf-save.h"
#include "node/conf.h"

/* Read text as the node's file, replacing what was in conf, and add every
 * mistake: of lines, of their sense together, and beside the other nodes. */
void conf_judge(struct conf *, const struct conf_store *, const char *node,
    struct span text, struct buf *mistakes);

#endif
