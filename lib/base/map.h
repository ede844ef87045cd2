/* SPDX-License-Identifier: ISC */
/* A hash table of nodes that live inside their owners' structs. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct map_node {
	struct map_node *next;
	struct span key; /* n 0: in no map */
	uint64_t hash;
};

/* A zeroed struct is a valid empty one. */
struct map {
	struct map_node **slot;
	size_t slots, count;
	uint64_t seed; /* so that peers cannot choose keys that collide */
};

/* Put the node in under a key whose bytes stay as long as it is in; several
 * may have the same. */
void map_add(struct map *, struct map_node *, struct span key);

/* Take it out; nothing happens if it is in no map. */
void map_remove(struct map *, struct map_node *);

/* The node that was put in last under the key, or NULL. */
struct map_node *map_find(const struct map *, struct span key);

void map_release(struct map *);

/* The struct that the node is the member of. */
#define MAP_OWNER(node, type, member)                                          \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

#endif
