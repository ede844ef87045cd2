/* SPDX-License-Identifier: ISC */
/* How often something comes, by key. */
#include "policy/rate.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

struct key {
	struct map_node node;
	struct key *before, *after; /* in the order of their last times */
	char *text;
	int64_t *time; /* a ring of the last ones */
	size_t cap, count, first;
	int64_t last;
};

struct rate {
	struct map map;
	struct key ends; /* after: the one longest ago; before: the last */
	uint64_t count;
	int64_t window;
	size_t times; /* there is room for, in all rings */
	enum rate_seen seen;
};

enum { RING_MIN = 4 };

struct rate *rate_new(uint64_t count, int64_t window)
{
	struct rate *r = mem_zalloc(sizeof(*r));

	r->count = count;
	r->window = window;
	r->ends.before = r->ends.after = &r->ends;
	return r;
}

void rate_note(struct rate *r, enum rate_seen seen)
{
	r->seen = seen;
}

enum rate_seen rate_noted(const struct rate *r)
{
	return r->seen;
}

static void unlink_key(struct key *k)
{
	k->before->after = k->after;
	k->after->before = k->before;
}

/* It is now the last one. */
static void link_key(struct rate *r, struct key *k)
{
	k->before = r->ends.before;
	k->after = &r->ends;
	k->before->after = r->ends.before = k;
}

static void forget(struct rate *r, struct key *k)
{
	map_remove(&r->map, &k->node);
	unlink_key(k);
	r->times -= k->cap;
	free(k->time);
	free(k->text);
	free(k);
}

void rate_free(struct rate *r)
{
	if (!r)
		return;
	while (r->ends.after != &r->ends)
		forget(r, r->ends.after);
	map_release(&r->map);
	free(r);
}

static int64_t slack(const struct rate *r)
{
	int64_t back = RATE_BACK * INT64_C(1000000);

	return r->window > back ? r->window : back;
}

/* Nothing of it is in the window any more, or the clock was set back. */
static bool is_over(const struct rate *r, const struct key *k, int64_t now)
{
	return now - k->last >= r->window || k->last - now > slack(r);
}

/* Whether there is room for so many times more, once what is over is
 * forgotten; but keep that one key. */
static bool make_room(
    struct rate *r, size_t times, const struct key *keep, int64_t now)
{
	size_t keys = keep ? 0 : 1;

	while (r->map.count + keys > RATE_KEYS ||
	       r->times + times > RATE_TIMES) {
		struct key *oldest = r->ends.after;

		if (oldest == &r->ends || oldest == keep ||
		    !is_over(r, oldest, now))
			return false;
		forget(r, oldest);
	}
	return true;
}

static struct key *add_key(struct rate *r, struct span text, int64_t now)
{
	struct key *k;

	if (!make_room(r, RING_MIN, NULL, now))
		return NULL;
	k = mem_zalloc(sizeof(*k));
	k->text = mem_dup(text.p, text.n);
	k->last = now;
	map_add(&r->map, &k->node, (struct span){k->text, text.n});
	link_key(r, k);
	return k;
}

/* A ring of twice the size, but no more than is ever asked for. */
static bool grow(struct rate *r, struct key *k, int64_t now)
{
	size_t cap = k->cap ? 2 * k->cap : RING_MIN;
	int64_t *time;

	if (cap > r->count)
		cap = r->count;
	if (!make_room(r, cap - k->cap, k, now))
		return false;
	time = mem_alloc(cap * sizeof(*time));
	for (size_t i = 0; i < k->count; i++)
		time[i] = k->time[(k->first + i) % k->cap];
	free(k->time);
	k->time = time;
	k->first = 0;
	r->times += cap - k->cap;
	k->cap = cap;
	return true;
}

static void drop_old(const struct rate *r, struct key *k, int64_t now)
{
	while (k->count && now - k->time[k->first] >= r->window) {
		k->first = (k->first + 1) % k->cap;
		k->count--;
	}
}

/* Remember one more; of more than are ever asked for the first is let go. */
static bool put_time(struct rate *r, struct key *k, int64_t now)
{
	if (k->count == r->count) {
		k->first = (k->first + 1) % k->cap;
		k->count--;
	}
	if (k->count == k->cap && !grow(r, k, now))
		return false;
	k->time[(k->first + k->count++) % k->cap] = now;
	return true;
}

int rate_hit(struct rate *r, struct span text, int64_t now)
{
	struct map_node *node = map_find(&r->map, text);
	struct key *k =
	    node ? MAP_OWNER(node, struct key, node) : add_key(r, text, now);
	bool over;

	if (!k)
		return -1;
	if (k->last - now > slack(r))
		k->count = 0;
	else if (k->last > now)
		now = k->last;
	k->last = now;
	unlink_key(k);
	link_key(r, k);
	drop_old(r, k, now);
	over = k->count == r->count;
	if (!put_time(r, k, now) && !over)
		return -1;
	return over;
}
