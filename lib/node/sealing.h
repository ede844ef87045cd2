/* SPDX-License-Identifier: ISC */
/* What a node's settings make of sealing its journal. */
#ifndef NODE_SEALING_H
#define NODE_SEALING_H

#include <stdbool.h>

#include "base/args.h"
#include "base/buf.h"
#include "node/conf.h"

/* Whether the journal is to be sealed. */
bool sealing_wanted(const struct conf *);

/* Add what is wrong with the settings of it to mistakes. */
void sealing_sense(const struct conf *, struct buf *mistakes);

/* Set the command line of cup-seal; false where none is wanted. */
bool sealing_command(struct args *, const struct conf *);

#endif
