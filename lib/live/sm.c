/* SPDX-License-Identifier: ISC */
/* The memory of managed streams. */
#include "live/sm.h"

#include <stdlib.h>

#include "base/mem.h"

struct sm *sm_new(void)
{
	return mem_zalloc(sizeof(struct sm));
}

void sm_free(struct sm_store *store, struct sm *m)
{
	if (!m)
		return;
	if (m->until)
		sm_unpark(store, m);
	map_remove(&store->by_id, &m->node);
	sm_swaps_release(m);
	buf_release(&m->id);
	buf_release(&m->jid);
	buf_release(&m->token);
	free(m);
}

struct sm *sm_find(const struct sm_store *store, struct span id)
{
	struct map_node *node = id.n ? map_find(&store->by_id, id) : NULL;

	return node ? MAP_OWNER(node, struct sm, node) : NULL;
}

void sm_enabled(struct sm_store *store, struct sm *m, struct span id,
    uint64_t max)
{
	struct sm *other = sm_find(store, id);

	if (!id.n || id.n > SM_ID_MAX || m->id.len)
		return;
	if (other) {
		map_remove(&store->by_id, &other->node);
		buf_reset(&other->id);
		if (other->until)
			sm_free(store, other);
		return;
	}
	if (max > SM_KEPT_MAX)
		max = SM_KEPT_MAX;
	/* Somewhat longer than the server does. */
	m->keep = (int64_t)(max ? max + max / 4 + 60 : SM_KEPT) * 1000;
	buf_addspan(&m->id, id);
	map_add(&store->by_id, &m->node, buf_span(&m->id));
}

void sm_park(struct sm_store *store, struct sm *m, int64_t now)
{
	m->holder = NULL;
	if (!m->id.len) {
		sm_free(store, m);
		return;
	}
	m->until = now + m->keep;
	m->older = store->newest;
	m->newer = NULL;
	if (store->newest)
		store->newest->newer = m;
	else
		store->oldest = m;
	store->newest = m;
	if (++store->parked > store->max)
		sm_free(store, store->oldest);
}

void sm_unpark(struct sm_store *store, struct sm *m)
{
	if (!m->until)
		return;
	if (m->newer)
		m->newer->older = m->older;
	else
		store->newest = m->older;
	if (m->older)
		m->older->newer = m->newer;
	else
		store->oldest = m->newer;
	m->newer = m->older = NULL;
	m->until = 0;
	store->parked--;
}

/* They are in the order of their parting, not of their time: that is only
 * the same for sessions of one server, which is what there is. */
void sm_expire(struct sm_store *store, int64_t now)
{
	while (store->oldest && store->oldest->until <= now)
		sm_free(store, store->oldest);
}

void sm_store_release(struct sm_store *store)
{
	while (store->oldest)
		sm_free(store, store->oldest);
	map_release(&store->by_id);
}

bool sm_count(struct span s, uint32_t *count)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	*count = (uint32_t)n;
	return n <= UINT32_MAX;
}
