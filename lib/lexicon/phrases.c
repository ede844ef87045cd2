/* SPDX-License-Identifier: ISC */
/* Words and phrases: words get numbers by a hash table, phrases are paths in
 * a trie of these numbers, whose edges are in another. */
#include <stdlib.h>

#include "lexicon/phrases-internal.h"

struct phrases *phrases_new(void)
{
	struct phrases *w = mem_zalloc(sizeof(*w));

	w->word = room(NULL, 0, &w->word_cap, sizeof(*w->word));
	w->node = room(NULL, 0, &w->node_cap, sizeof(*w->node));
	w->end = room(NULL, 0, &w->end_cap, sizeof(*w->end));
	w->word[NONE] = (struct word){0, 0, NONE};
	w->node[NONE] = (struct node){NONE, false};
	w->words = w->nodes = w->ends = 1;
	w->slots = w->edge_slots = 128;
	w->slot = mem_zalloc(w->slots * sizeof(*w->slot));
	w->edge = mem_zalloc(w->edge_slots * sizeof(*w->edge));
	return w;
}

void phrases_free(struct phrases *w)
{
	if (!w)
		return;
	tokens_release(&w->tokens);
	buf_release(&w->chars);
	free(w->word);
	free(w->node);
	free(w->end);
	free(w->slot);
	free(w->edge);
	free(w->found);
	free(w->length);
	free(w->open);
	free(w->next);
	buf_release(&w->scratch);
	free(w);
}

static void grow_slots(struct phrases *w)
{
	struct slot *old = w->slot;
	size_t count = w->slots;

	w->slots *= 2;
	w->slot = mem_zalloc(w->slots * sizeof(*w->slot));
	for (size_t i = 0; i < count; i++) {
		size_t j = old[i].hash;

		if (old[i].word == NONE)
			continue;
		while (w->slot[j & (w->slots - 1)].word != NONE)
			j++;
		w->slot[j & (w->slots - 1)] = old[i];
	}
	free(old);
}

static void grow_edges(struct phrases *w)
{
	struct edge *old = w->edge;
	size_t count = w->edge_slots;

	w->edge_slots *= 2;
	w->edge = mem_zalloc(w->edge_slots * sizeof(*w->edge));
	for (size_t i = 0; i < count; i++) {
		if (old[i].node != NONE)
			*find_edge(w, old[i].key) = old[i];
	}
	free(old);
}

static uint32_t add_node(struct phrases *w)
{
	w->node = room(w->node, w->nodes, &w->node_cap, sizeof(*w->node));
	w->node[w->nodes] = (struct node){NONE, false};
	return (uint32_t)w->nodes++;
}

static uint32_t add_word(struct phrases *w, const char *p, size_t len)
{
	uint32_t h = hash(p, len);
	struct slot *s = find_slot(w, p, len, h);

	if (s->word != NONE)
		return s->word;
	if (w->words * 2 > w->slots) {
		grow_slots(w);
		s = find_slot(w, p, len, h);
	}
	w->word = room(w->word, w->words, &w->word_cap, sizeof(*w->word));
	w->word[w->words] = (struct word){w->chars.len, len, NONE};
	buf_add(&w->chars, p, len);
	w->longest = len > w->longest ? len : w->longest;
	*s = (struct slot){h, (uint32_t)w->words};
	return (uint32_t)w->words++;
}

/* The node after another (NONE: the beginning) by a word; made if new. */
static uint32_t go(struct phrases *w, uint32_t node, uint32_t word)
{
	struct edge *e;

	if (node == NONE) {
		if (w->word[word].node == NONE) {
			uint32_t first = add_node(w);

			w->word[word].node = first;
		}
		return w->word[word].node;
	}
	w->node[node].more = true;
	e = find_edge(w, edge_key(node, word));
	if (e->node != NONE)
		return e->node;
	if (++w->edges * 2 > w->edge_slots) {
		grow_edges(w);
		e = find_edge(w, edge_key(node, word));
	}
	*e = (struct edge){edge_key(node, word), add_node(w)};
	return e->node;
}

static void add_end(struct phrases *w, struct node *n, size_t set)
{
	for (uint32_t i = n->ends; i != NONE; i = w->end[i].next) {
		if (w->end[i].set == set)
			return;
	}
	w->end = room(w->end, w->ends, &w->end_cap, sizeof(*w->end));
	w->end[w->ends] = (struct end){set, n->ends};
	n->ends = (uint32_t)w->ends++;
}

static void add_length(struct phrases *w, size_t len)
{
	size_t i = 0;

	while (i < w->lengths && w->length[i] < len)
		i++;
	if (i < w->lengths && w->length[i] == len)
		return;
	w->length =
	    mem_resize(w->length, w->lengths + 1, sizeof(*w->length));
	memmove(w->length + i + 1, w->length + i,
	    (w->lengths - i) * sizeof(*w->length));
	w->length[i] = len;
	w->lengths++;
}

const char *phrases_starred(struct phrases *w, const char *p, size_t len)
{
	buf_reset(&w->scratch);
	buf_room(&w->scratch, len + 1 + sizeof(uint64_t));
	buf_add(&w->scratch, p, len);
	buf_addc(&w->scratch, '*');
	return w->scratch.data;
}

static uint32_t add_open(struct phrases *w, const char *p, size_t len)
{
	size_t longest = w->longest;
	uint32_t word = add_word(w, phrases_starred(w, p, len), len + 1);

	w->longest = longest;
	add_length(w, len);
	return word;
}

bool phrases_add(struct phrases *w, size_t set, struct span entry)
{
	struct tokens *t = &w->tokens;
	uint32_t node = NONE;
	bool open;

	tokens_take(t, entry);
	open = t->count && entry.p[entry.n - 1] == '*' &&
	    t->token[t->count - 1].to == entry.n - 1;
	for (size_t i = 0; i < t->count; i++) {
		const struct token *k = &t->token[i];
		const char *p = t->out.data + k->at;

		node = go(w, node,
		    open && i + 1 == t->count ? add_open(w, p, k->len)
					      : add_word(w, p, k->len));
	}
	if (node != NONE)
		add_end(w, &w->node[node], set);
	return node != NONE;
}
