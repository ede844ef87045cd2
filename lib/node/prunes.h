/* SPDX-License-Identifier: ISC */
/* How long a node keeps its journals. */
#ifndef NODE_PRUNES_H
#define NODE_PRUNES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/args.h"
#include "base/buf.h"
#include "node/conf.h"
#include "prune/keeps.h"

struct prunes_settings {
	struct keeps *keeps;	  /* empty; borrowed */
	struct args *hold_files, *journals; /* likewise */
	int64_t now;
	bool asked; /* something else than what the settings say is to be done:
		     * keeps stay empty */
};

/* Read what the settings of the node of $CUP_CONFIG_DIR say, and where root has
 * started this become the node's user. 0, or the exit status with the reasons,
 * lines, in mistakes. A journal that is not there yet is left out. */
int prunes_read(struct prunes_settings *, const char *node,
    struct buf *mistakes);

/* Add what is wrong with the settings together. */
void prunes_sense(const struct conf *, struct buf *mistakes);

/* Add what is wrong in a file of holds, a line each. */
void prunes_holds(const char *path, struct buf *mistakes);

#endif
