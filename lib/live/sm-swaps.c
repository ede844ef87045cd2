/* SPDX-License-Identifier: ISC */
/* What was put in the place of a managed stream's stanzas, and its counters. */
#include "live/sm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"

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

/* Of the oldest that was written before its turn what it says: it has to be
 * counted until then. */
static bool fade_one(struct sm *m)
{
	struct sm_swap *w = m->swaps;

	while (w && (!w->early || !w->error.cap))
		w = w->next;
	if (!w)
		return false;
	m->bytes -= w->error.cap;
	buf_release(&w->error);
	return true;
}

/* Forget what the client was written, down to so much. */
static void forget(struct sm *m, size_t count, size_t bytes)
{
	while (m->count > count && give_up_one(m))
		continue;
	while (m->bytes > bytes && (give_up_one(m) || fade_one(m)))
		continue;
}

/* Whether the server's answer to one, or its turn, is still to come: what then
 * remains goes with what the client acknowledges, which has to be read. */
static bool others_due(const struct sm *m)
{
	for (const struct sm_swap *w = m->swaps; w; w = w->next) {
		if (!w->answered || (w->early && !w->placed))
			return true;
	}
	return false;
}

bool sm_full(struct sm *m)
{
	if (m->count <= SM_SWAPS_MAX / 2 && m->bytes <= SM_SWAPS_BYTES / 2)
		return false;
	forget(m, SM_SWAPS_MAX / 2, SM_SWAPS_BYTES / 2);
	return (m->count > SM_SWAPS_MAX / 2 ||
		   m->bytes > SM_SWAPS_BYTES / 2) &&
	    others_due(m);
}

struct sm_swap *sm_swap(struct sm *m, struct buf *error, size_t rest)
{
	struct sm_swap *w, **last = &m->swaps;

	forget(m, SM_SWAPS_MAX - 1,
	    error->cap < SM_SWAPS_KEPT ? SM_SWAPS_KEPT - error->cap : 0);
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
			if (w->error.len)
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
		if (!ahead(w, down)) {
			w->answered = w->early = false;
			if (!w->error.len)
				w->rest = 0;
		}
		w->taken = w->placed = false;
		at = &w->next;
	}
	m->up = m->acked = m->told = up;
	m->down = down;
}

void sm_swaps_release(struct sm *m)
{
	while (m->swaps)
		drop(m, &m->swaps);
}
