/* SPDX-License-Identifier: ISC */
/* The policy that decides what a node's users say. */
#ifndef NODE_IN_FORCE_H
#define NODE_IN_FORCE_H

struct policy;

/* That of the node's settings in the folder config_dir, as its files are now;
 * the caller's to free. NULL: it has none of its own, or this user cannot read
 * it, or settings or policy have mistakes. */
struct policy *in_force(const char *config_dir, const char *node);

#endif
