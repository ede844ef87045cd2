/* SPDX-License-Identifier: ISC */
/* Whether a node's settings make sense together, and beside other nodes'. */
#ifndef NODE_CONF_SENSE_H
#define NODE_CONF_SENSE_H

#include "node/conf.h"

/* Add every mistake. Values that are none of their kind do no harm. */
void conf_sense(const struct conf *, struct buf *mistakes);

/* The events that are chosen, of enum traffic_events; 0 where the value is
 * none. */
unsigned conf_events(const struct conf *);

/* What only one of two nodes on this machine can have. name is the other's. */
void conf_neighbour(const struct conf *, const struct conf *other,
    const char *name, struct buf *mistakes);

#endif
