/* SPDX-License-Identifier: ISC */
/* The tree of spellings; its edges are in a hash table. */
#include "lexicon/spell.h"

#include <stdlib.h>

#include "base/mem.h"

static void *room(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 64;
	return mem_resize(array, *cap, size);
}

static inline uint64_t mix(uint64_t h)
{
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static inline uint64_t key_of(uint32_t node, uint32_t symbol)
{
	return (uint64_t)node << 32 | symbol;
}

static struct spell_edge *find(const struct spell *s, uint64_t key)
{
	for (size_t i = mix(key);; i++) {
		struct spell_edge *e = &s->edge[i & (s->edge_slots - 1)];

		if (e->node == SPELL_NONE || e->key == key)
			return e;
	}
}

static void grow(struct spell *s)
{
	struct spell_edge *old = s->edge;
	size_t count = s->edge_slots;

	s->edge_slots = count ? count * 2 : 128;
	s->edge = mem_zalloc(s->edge_slots * sizeof(*s->edge));
	for (size_t i = 0; i < count; i++) {
		if (old[i].node != SPELL_NONE)
			*find(s, old[i].key) = old[i];
	}
	free(old);
}

static uint32_t add_node(struct spell *s)
{
	s->node = room(s->node, s->nodes, &s->node_cap, sizeof(*s->node));
	s->node[s->nodes] = (struct spell_node){0, SPELL_NONE, false, false};
	return (uint32_t)s->nodes++;
}

static void begin(struct spell *s)
{
	if (s->nodes)
		return;
	add_node(s); /* SPELL_NONE */
	add_node(s); /* SPELL_ROOT */
	s->end = room(s->end, 0, &s->end_cap, sizeof(*s->end));
	s->end[s->ends++] = (struct spell_end){.next = SPELL_NONE};
	grow(s);
}

static bool is_letter(uint32_t symbol)
{
	return symbol - 'a' < 26;
}

static void mark(struct spell_node *n, uint32_t symbol)
{
	if (symbol == SPELL_GAP)
		n->gap = true;
	else if (is_letter(symbol))
		n->letters |= UINT32_C(1) << (symbol - 'a');
	else
		n->others = true;
}

static uint32_t make_one(struct spell *s, uint32_t node, uint32_t symbol)
{
	struct spell_edge *e = find(s, key_of(node, symbol));
	uint32_t to;

	if (e->node != SPELL_NONE)
		return e->node;
	if (++s->edges * 2 > s->edge_slots) {
		grow(s);
		e = find(s, key_of(node, symbol));
	}
	mark(&s->node[node], symbol);
	to = add_node(s);
	*e = (struct spell_edge){key_of(node, symbol), to};
	return to;
}

static uint32_t make(struct spell *s, uint32_t node, uint32_t symbol)
{
	if (symbol == 'm')
		return make_one(s, make_one(s, node, 'r'), 'n');
	if (symbol == 'w')
		return make_one(s, make_one(s, node, 'v'), 'v');
	return make_one(s, node, symbol);
}

static inline uint32_t go_one(
    const struct spell *s, uint32_t node, uint32_t symbol)
{
	const struct spell_node *n = &s->node[node];

	if (is_letter(symbol) ? !(n->letters >> (symbol - 'a') & 1)
			      : symbol == SPELL_GAP ? !n->gap : !n->others)
		return SPELL_NONE;
	return find(s, key_of(node, symbol))->node;
}

uint32_t spell_go(const struct spell *s, uint32_t node, uint32_t symbol)
{
	if (symbol == 'm')
		return go_one(s, go_one(s, node, 'r'), 'n');
	if (symbol == 'w')
		return go_one(s, go_one(s, node, 'v'), 'v');
	return go_one(s, node, symbol);
}

uint32_t spell_read(const struct spell *s, const struct glyphs *g,
    uint32_t node, const struct glyph_reading *r)
{
	const uint32_t *symbol = glyph_symbols(g, r);

	for (unsigned i = 0; i < r->len && node != SPELL_NONE; i++)
		node = spell_go(s, node, symbol[i]);
	return node;
}

static void add_end(struct spell *s, uint32_t node, struct spell_end end)
{
	for (uint32_t i = s->node[node].ends; i != SPELL_NONE;
	     i = s->end[i].next) {
		if (s->end[i].set == end.set && s->end[i].open == end.open &&
		    s->end[i].scripts == end.scripts)
			return;
	}
	s->end = room(s->end, s->ends, &s->end_cap, sizeof(*s->end));
	end.next = s->node[node].ends;
	s->end[s->ends] = end;
	s->node[node].ends = (uint32_t)s->ends++;
}

bool spell_add(
    struct spell *s, struct glyphs *g, size_t set, struct span entry)
{
	struct spell_end end = {.set = set, .entry = entry};
	struct strip strip = {0};
	uint32_t node = SPELL_ROOT;
	bool gap = false;

	begin(s);
	end.open = entry.n > 1 && entry.p[entry.n - 1] == '*';
	strip_make(&strip, g, entry, NULL, 0);
	for (size_t i = 0; i < strip.count; i++) {
		const struct glyph *glyph = strip.unit[i].glyph;
		const uint32_t *symbol = glyph_symbols(g, &glyph->reading[0]);

		if (!strip_is_letter(&strip, i)) {
			gap = node != SPELL_ROOT;
			continue;
		}
		if (gap)
			node = make(s, node, SPELL_GAP);
		gap = false;
		for (unsigned j = 0; j < glyph->reading[0].len; j++)
			node = make(s, node, symbol[j]);
		end.letters++;
		if (glyph->script)
			end.scripts |= UINT32_C(1) << glyph->script;
	}
	end.open = end.open && strip.count > 1 &&
	    strip_is_letter(&strip, strip.count - 2);
	s->foreign = s->foreign || end.scripts & ~(1u << GLYPH_LATIN);
	if (strip.count > s->longest)
		s->longest = strip.count;
	strip_release(&strip);
	if (node != SPELL_ROOT)
		add_end(s, node, end);
	return node != SPELL_ROOT;
}

void spell_release(struct spell *s)
{
	if (!s)
		return;
	free(s->node);
	free(s->end);
	free(s->edge);
	*s = (struct spell){0};
}
