/* SPDX-License-Identifier: ISC */
/* The memory of managed streams. */
#include "live/sm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"

struct sm *sm_new(void)
{
	return mem_zalloc(sizeof(struct sm));
}

/* Take it out of the list. */
static void drop(struct sm *m, struct sm_swap **at)
{
	struct sm_swap *w = *at;

	*at = w->next;
	if (w->user)
		*w->user = NULL;
	m->count--;
	m->bytes -= w->error.cap;
	buf_release(&w->error);
	free(w);
}

void sm_free(struct sm_store *store, struct sm *m)
{
	if (!m)
		return;
	if (m->until)
		sm_unpark(store, m);
	map_remove(&store->by_id, &m->node);
	while (m->swaps)
		drop(m, &m->swaps);
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

/* The oldest whose error was written: a client that acknowledges so little
 * may lose it in a broken connection. False if there is none. */
static bool give_up_one(struct sm *m)
{
	struct sm_swap **at = &m->swaps;

	while (*at && (!(*at)->answered || (*at)->early || (*at)->rest))
		at = &(*at)->next;
	if (!*at)
		return false;
	drop(m, at);
	return true;
}

struct sm_swap *sm_swap(struct sm *m, struct buf *error, size_t rest)
{
	struct sm_swap *w, **last = &m->swaps;

	while ((m->count >= SM_SWAPS_MAX ||
		       m->bytes + error->cap > SM_SWAPS_KEPT) &&
	    give_up_one(m))
		continue;
	if (m->count >= SM_SWAPS_MAX ||
	    m->bytes + error->cap > SM_SWAPS_BYTES)
		return NULL;
	w = mem_zalloc(sizeof(*w));
	uuid_token(w->id, sizeof(w->id));
	w->error = *error;
	*error = (struct buf)BUF_EMPTY;
	w->rest = rest;
	w->up = m->up + 1;
	while (*last)
		last = &(*last)->next;
	*last = w;
	m->count++;
	m->bytes += w->error.cap;
	return w;
}

struct sm_swap *sm_swapped(struct sm *m, struct span id)
{
	for (struct sm_swap *w = m->swaps; w; w = w->next) {
		if (w->taken ||
		    !span_same(id, (struct span){w->id, SM_SWAP_ID}))
			continue;
		w->taken = true;
		return w;
	}
	return NULL;
}

static void forget_loose(struct sm *m, struct sm_swap *w)
{
	struct sm_swap **at = &m->swaps;

	if (!w->loose)
		return;
	while (*at != w)
		at = &(*at)->next;
	drop(m, at);
}

void sm_answered(struct sm *m, struct sm_swap *w)
{
	w->answered = true;
	if (!w->loose)
		m->down += w->rest > 0;
	w->down = m->down;
	forget_loose(m, w);
}

void sm_early(struct sm *m, struct sm_swap *w)
{
	m->down += w->rest ? 2 : 1;
	w->answered = w->early = true;
	w->placed = false;
	w->down = m->down;
}

void sm_placed(struct sm *m, struct sm_swap *w)
{
	w->placed = true;
	w->place = m->down;
	forget_loose(m, w);
}

/* Whether a comes after b, as they count modulo 2^32. */
static bool after(uint32_t a, uint32_t b)
{
	return a != b && a - b < UINT32_C(1) << 31;
}

/* Whether a client that has h has the error, but not all before its turn. */
static bool ahead(const struct sm_swap *w, uint32_t h)
{
	return w->early && !after(w->down, h) &&
	    (!w->placed || after(w->place, h));
}

/* Whether it has the first of two stanzas only: it does not have the answer. */
static bool half(const struct sm_swap *w, uint32_t h)
{
	return w->rest && w->answered && w->down - 1 == h;
}

/* How many of ours it has beyond the server's, that are not in extra. */
static uint32_t beyond(const struct sm_swap *w, uint32_t h)
{
	if (!w->answered || after(w->down, h))
		return half(w, h);
	return (uint32_t)(w->rest > 0) + ahead(w, h);
}

uint32_t sm_server_h(const struct sm *m, uint32_t h)
{
	uint32_t ours = m->extra;

	for (const struct sm_swap *w = m->swaps; w; w = w->next)
		ours += beyond(w, h);
	return h - ours;
}

uint32_t sm_acked(struct sm *m, uint32_t h)
{
	struct sm_swap **at = &m->swaps;

	m->have = h;
	m->server = sm_server_h(m, h);
	while (*at) {
		struct sm_swap *w = *at;

		if (w->answered && !after(w->down, h) && !ahead(w, h)) {
			m->extra += w->rest > 0;
			drop(m, at);
		} else {
			at = &w->next;
		}
	}
	return m->server;
}

bool sm_owes(struct sm *m, uint32_t *h)
{
	uint32_t told = m->server;

	*h = sm_acked(m, m->have);
	return *h != told;
}

/* How much of what the server has the client may know. */
static uint32_t tellable(const struct sm *m)
{
	for (const struct sm_swap *w = m->swaps; w; w = w->next) {
		if (!w->answered && !w->loose)
			return after(w->up, m->acked) ? m->acked : w->up - 1;
	}
	return m->acked;
}

bool sm_tell(struct sm *m, uint32_t *h)
{
	*h = tellable(m);
	/* <resumed/> may have told of more, as it has to. */
	if (!after(*h, m->told))
		return false;
	m->told = *h;
	return true;
}

bool sm_server_acked(struct sm *m, uint32_t h, uint32_t *told)
{
	if (after(h, m->up) || after(m->acked, h))
		return false;
	m->acked = h;
	sm_tell(m, &h);
	*told = m->told;
	return true;
}

void sm_refused(struct sm *m)
{
	for (struct sm_swap *w = m->swaps; w; w = w->next)
		w->loose = true;
	m->up = m->down = m->acked = m->told = m->extra = 0;
	m->have = m->server = 0;
}

void sm_resumed(struct sm *m, uint32_t up, uint32_t down)
{
	struct sm_swap **at = &m->swaps;

	sm_acked(m, down);
	while (*at) {
		struct sm_swap *w = *at;

		if (half(w, down)) {
			m->extra++;
			buf_consume(&w->error, w->rest);
			w->rest = 0;
		}
		/* The server never had it: the client sends its stanza
		 * again. */
		if (w->loose || after(w->up, up)) {
			drop(m, at);
			continue;
		}
		/* The server answers again; the client may know by now. */
		if (!ahead(w, down))
			w->answered = w->early = false;
		w->taken = w->placed = false;
		at = &w->next;
	}
	m->up = m->acked = m->told = up;
	m->down = down;
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
