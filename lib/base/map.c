/* SPDX-License-Identifier: ISC */
/* Chained hash table with a random seed. */
#include "base/map.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"

enum { SLOTS_MIN = 64 };

/* FNV-1a from a random start, and a last stir so that the low bits depend on
 * all of it. */
static uint64_t hash_of(const struct map *m, struct span key)
{
	uint64_t h = m->seed;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * UINT64_C(1099511628211);
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static void grow(struct map *m)
{
	size_t slots = m->slots ? 2 * m->slots : SLOTS_MIN;
	struct map_node **slot = mem_zalloc(slots * sizeof(*slot));

	if (!m->slots)
		uuid_random(&m->seed, sizeof(m->seed));
	for (size_t i = 0; i < m->slots; i++) {
		struct map_node *node = m->slot[i], *next;

		for (; node; node = next) {
			struct map_node **to = &slot[node->hash & (slots - 1)];

			next = node->next;
			node->next = *to;
			*to = node;
		}
	}
	free(m->slot);
	m->slot = slot;
	m->slots = slots;
}

void map_add(struct map *m, struct map_node *node, struct span key)
{
	struct map_node **to;

	if (m->count >= m->slots)
		grow(m);
	node->key = key;
	node->hash = hash_of(m, key);
	to = &m->slot[node->hash & (m->slots - 1)];
	node->next = *to;
	*to = node;
	m->count++;
}

void map_remove(struct map *m, struct map_node *node)
{
	struct map_node **at;

	if (!node->key.n)
		return;
	at = &m->slot[node->hash & (m->slots - 1)];
	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	node->key = (struct span){NULL, 0};
	m->count--;
}

struct map_node *map_find(const struct map *m, struct span key)
{
	struct map_node *node;
	uint64_t hash;

	if (!m->count)
		return NULL;
	hash = hash_of(m, key);
	node = m->slot[hash & (m->slots - 1)];
	while (node && (node->hash != hash || !span_same(node->key, key)))
		node = node->next;
	return node;
}

void map_release(struct map *m)
{
	free(m->slot);
	*m = (struct map){0};
}
