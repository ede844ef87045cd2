/* SPDX-License-Identifier: ISC */
/* A stage of a pipeline through which a keeper speaks with a node that is
 * elsewhere: what it hands out goes among the lines to the node, what the node
 * says of it is taken off them, and goes on once the keeper has it on disk. */
#ifndef REVIEW_STAGE_H
#define REVIEW_STAGE_H

#include <stdbool.h>

#include "io/address.h"

struct stage_config {
	const struct address *keeper;
	const char *node_name; /* whose node this is; NULL: of all */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

struct stage_end {
	int in, out; /* errno of what failed; 0: nothing did */
	bool bad;    /* a line was dropped */
};

/* Pass lines from standard input to standard output, to the end of the input or
 * until SIGTERM, SIGINT or SIGHUP; the keeper may be away. The process must
 * ignore SIGPIPE. */
struct stage_end stage_run(const struct stage_config *);

#endif
