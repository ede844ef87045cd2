/* SPDX-License-Identifier: ISC */
/* The user and group that a node runs as. */
#ifndef NODE_IDENTITY_H
#define NODE_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "node/conf.h"

struct identity {
	bool change; /* from root to this; else the process stays what it is */
	uid_t uid;
	gid_t gid;
};

/* What the settings user and group ask of this process. NULL, or in a few
 * words why it cannot be, a constant. */
const char *identity_of(struct identity *, const struct conf *);

/* Become it for good, without supplementary groups. False with errno. */
bool identity_take(const struct identity *);

/* Whether it can do that (R_OK, W_OK, X_OK; 0: it exists) with a path: as
 * access(2), asked by a process that has become it. */
bool identity_can(const struct identity *, const char *path, int mode);

#endif
