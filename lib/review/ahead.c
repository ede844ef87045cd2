/* SPDX-License-Identifier: ISC */
/* Released records whose review is yet to come. */
#include "review/ahead.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"

struct ahead {
	struct map_node node;
	char id[UUID_LEN];
	struct buf line;
};

void ahead_add(struct map *m, struct span id, struct span line)
{
	struct ahead *a = mem_zalloc(sizeof(*a));

	memcpy(a->id, id.p, UUID_LEN);
	buf_addspan(&a->line, line);
	map_add(m, &a->node, (struct span){a->id, UUID_LEN});
}

void ahead_take(struct map *m, struct span id, struct buf *line)
{
	struct map_node *n = map_find(m, id);
	struct ahead *a;

	if (!n)
		return;
	a = MAP_OWNER(n, struct ahead, node);
	*line = a->line;
	map_remove(m, n);
	free(a);
}

void ahead_release(struct map *m)
{
	for (size_t i = 0; i < m->slots; i++) {
		for (struct map_node *n = m->slot[i], *next; n; n = next) {
			struct ahead *a = MAP_OWNER(n, struct ahead, node);

			next = n->next;
			buf_release(&a->line);
			free(a);
		}
	}
	map_release(m);
}
