/* SPDX-License-Identifier: ISC */
/* Records counted under what they have in common. */
#include "stats/counting.h"

#include <stdlib.h>

#include "base/mem.h"
#include "journal/search.h"
#include "journal/unique.h"

static const char *add_condition(struct counting *t, enum search_key k,
    const char *value)
{
	if (!value)
		return NULL;
	if (!t->search)
		t->search = search_new();
	return search_add(t->search, k, value, t->plan->now);
}

const char *counting_init(struct counting *t, const struct counting_plan *plan)
{
	const char *why;

	*t = (struct counting){.plan = plan};
	if (plan->zone) {
		t->keys.zone = zone_new(span_of(plan->zone));
		if (!t->keys.zone)
			return "no time zone of that name";
	}
	if (plan->unique)
		t->unique = unique_new();
	why = add_condition(t, SEARCH_SINCE, plan->since);
	why = why ? why : add_condition(t, SEARCH_UNTIL, plan->until);
	return why ? why : add_condition(t, SEARCH_EVENT, plan->events);
}

static void free_rows(struct map *rows)
{
	for (size_t i = 0; i < rows->slots; i++) {
		struct map_node *n = rows->slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			free(MAP_OWNER(n, struct counting_row, node));
		}
	}
	map_release(rows);
}

void counting_release(struct counting *t)
{
	for (size_t i = 0; i < COUNTING_BY_MAX; i++)
		free(t->values[i].value);
	free_rows(&t->rows);
	zone_free(t->keys.zone);
	keys_release(&t->keys);
	search_free(t->search);
	unique_free(t->unique);
	buf_release(&t->key);
	*t = (struct counting){0};
}

/* The row of t->key; NULL: there are too many. */
static struct counting_row *row(struct counting *t)
{
	struct span key = buf_span(&t->key);
	struct map_node *n;
	struct counting_row *r;

	if (t->last && span_same(t->last->node.key, key))
		return t->last;
	n = map_find(&t->rows, key);
	if (n) {
		t->last = MAP_OWNER(n, struct counting_row, node);
		return t->last;
	}
	if (t->rows.count >= COUNTING_ROWS_MAX) {
		t->full = true;
		return NULL;
	}
	r = mem_zalloc(sizeof(*r) + key.n);
	memcpy(r->text, key.p, key.n);
	map_add(&t->rows, &r->node, (struct span){r->text, key.n});
	t->last = r;
	return r;
}

static void count(struct counting *t, size_t n, const struct span *values,
    enum verdict v)
{
	struct counting_row *r;

	buf_reset(&t->key);
	for (size_t i = 0; i < n; i++) {
		buf_addspan(&t->key, values[i]);
		buf_addc(&t->key, '\0');
	}
	r = row(t);
	if (r)
		r->counts.of[v]++;
}

/* Once under each value, or under each pair of them. */
static void count_each(struct counting *t, enum verdict v)
{
	const struct values *a = &t->values[0], *b = &t->values[1];
	size_t keys = t->plan->keys;
	struct span pair[COUNTING_BY_MAX];

	for (size_t i = 0; i < a->count; i++) {
		pair[0] = a->value[i];
		if (keys == 1)
			count(t, 1, pair, v);
		for (size_t j = 0; keys > 1 && j < b->count; j++) {
			pair[1] = b->value[j];
			count(t, 2, pair, v);
		}
	}
}

const char *counting_add(struct counting *t, const struct record *r)
{
	static const struct span nothing = {"", 0};
	const char *why = NULL;

	if (t->search && search_matches(t->search, r) != SEARCH_YES)
		return NULL;
	if (t->unique && !unique_add(t->unique, r, nothing))
		return NULL;
	for (size_t i = 0; i < t->plan->keys && !why; i++)
		why = keys_values(&t->keys, t->plan->by[i], r, &t->values[i]);
	if (why)
		return why;
	t->all.of[r->verdict]++;
	count_each(t, r->verdict);
	return NULL;
}

static void add_counts(struct counts *to, const struct counts *from)
{
	for (int v = 0; v < VERDICTS; v++)
		to->of[v] += from->of[v];
}

static void merge_row(struct counting *t, struct counting_row *from)
{
	struct map_node *n = map_find(&t->rows, from->node.key);

	if (n) {
		add_counts(&MAP_OWNER(n, struct counting_row, node)->counts,
		    &from->counts);
		free(from);
	} else {
		map_add(&t->rows, &from->node, from->node.key);
	}
}

void counting_merge(struct counting *t, struct counting *from)
{
	for (size_t i = 0; i < from->rows.slots; i++) {
		struct map_node *n = from->rows.slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			merge_row(t, MAP_OWNER(n, struct counting_row, node));
		}
	}
	map_release(&from->rows);
	from->last = NULL;
	add_counts(&t->all, &from->all);
	from->all = (struct counts){{0}};
	t->full = t->full || from->full || t->rows.count > COUNTING_ROWS_MAX;
}

struct span counting_value(const struct counting_row *r, size_t i)
{
	struct span rest = r->node.key;

	for (;;) {
		const char *end = memchr(rest.p, '\0', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		if (!i-- || !end)
			return (struct span){rest.p, n};
		rest = (struct span){end + 1, rest.n - n - 1};
	}
}

uint64_t counts_all(const struct counts *c)
{
	uint64_t sum = 0;

	for (int v = 0; v < VERDICTS; v++)
		sum += c->of[v];
	return sum;
}

uint64_t counts_refused(const struct counts *c)
{
	return c->of[VERDICT_REJECT] + c->of[VERDICT_DROP];
}

static int by_bytes(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* A row with what it is put in order by; qsort() passes nothing else on. */
struct place {
	struct counting_row *row;
	const struct counting_plan *plan;
	uint64_t count;
};

static int compare(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	for (size_t i = 0; i < a->plan->keys; i++) {
		enum stats_key k = a->plan->by[i];
		struct span v = counting_value(a->row, i),
			    w = counting_value(b->row, i);
		int order = stats_key_rank(k, v) - stats_key_rank(k, w);

		order = order ? order : by_bytes(v, w);
		if (!order)
			continue;
		/* Of the last key the largest come first, of one before it
		 * what belongs together stays together. */
		if (i + 1 == a->plan->keys && !stats_key_ordered(k) &&
		    a->count != b->count)
			return a->count < b->count ? 1 : -1;
		return order;
	}
	return 0;
}

struct counting_row **counting_rows(const struct counting *t, size_t *count)
{
	size_t n = 0, slots = t->rows.count + 1;
	struct place *place = mem_zalloc(slots * sizeof(*place));
	struct counting_row **rows = mem_zalloc(slots * sizeof(*rows));

	for (size_t i = 0; i < t->rows.slots; i++) {
		for (struct map_node *m = t->rows.slot[i]; m; m = m->next) {
			struct counting_row *r =
			    MAP_OWNER(m, struct counting_row, node);

			place[n++] = (struct place){r, t->plan,
			    counts_all(&r->counts)};
		}
	}
	qsort(place, n, sizeof(*place), compare);
	for (size_t i = 0; i < n; i++)
		rows[i] = place[i].row;
	free(place);
	*count = n;
	return rows;
}
