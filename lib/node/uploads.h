/* SPDX-License-Identifier: ISC */
/* What a node's settings make of files. */
#ifndef NODE_UPLOADS_H
#define NODE_UPLOADS_H

#include <stdbool.h>

#include "base/buf.h"
#include "node/conf.h"

/* Whether files come through the node. */
bool uploads_wanted(const struct conf *);

/* Add what is wrong with the settings of files to mistakes. */
void uploads_sense(const struct conf *, struct buf *mistakes);

#endif
