/* SPDX-License-Identifier: ISC */
/* Words and phrases: words get numbers by a hash table, phrases are paths in
 * a trie of these numbers, whose edges are in another. */
#include "words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "tokens.h"

enum { NONE = 0 }; /* no word, no node, no end */

struct word {
	size_t at, len; /* in words.chars */
	uint32_t node;  /* of the phrases that begin with it */
};

/* A place in a phrase; ends: the sets an entry of which is complete here. */
struct node {
	uint32_t ends;
	bool more;
};

struct end {
	size_t set;
	uint32_t next;
};

struct slot {
	uint32_t hash, word;
};

/* key: the node it comes from and the word. */
struct edge {
	uint64_t key;
	uint32_t node;
};

struct words {
	struct tokens tokens;
	struct buf chars;
	struct word *word; /* [0] of each is NONE */
	struct node *node;
	struct end *end;
	size_t words, nodes, ends;
	size_t word_cap, node_cap, end_cap;
	struct slot *slot;
	struct edge *edge;
	size_t slots, edges, edge_slots; /* slots: powers of two */
	size_t longest;
	uint32_t *found; /* word numbers of a text */
	size_t found_cap;
};

static void *room(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 64;
	return mem_resize(array, *cap, size);
}

struct words *words_new(void)
{
	struct words *w = mem_zalloc(sizeof(*w));

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

void words_free(struct words *w)
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
	free(w);
}

static inline uint64_t mix(uint64_t h)
{
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* Eight bytes can be read from p + len on. */
static inline uint32_t hash(const char *p, size_t len)
{
	uint64_t h = len, w;

	for (; len > 8; len -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = mix(h ^ w);
	}
	memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return (uint32_t)mix(h ^ (w << (64 - 8 * len)));
}

static struct slot *find_slot(
    const struct words *w, const char *p, size_t len, uint32_t h)
{
	for (size_t i = h;; i++) {
		struct slot *s = &w->slot[i & (w->slots - 1)];
		const struct word *word = &w->word[s->word];

		if (s->word == NONE ||
		    (s->hash == h && word->len == len &&
			memcmp(w->chars.data + word->at, p, len) == 0))
			return s;
	}
}

static void grow_slots(struct words *w)
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

static struct edge *find_edge(const struct words *w, uint64_t key)
{
	for (size_t i = mix(key);; i++) {
		struct edge *e = &w->edge[i & (w->edge_slots - 1)];

		if (e->node == NONE || e->key == key)
			return e;
	}
}

static void grow_edges(struct words *w)
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

static uint32_t add_node(struct words *w)
{
	w->node = room(w->node, w->nodes, &w->node_cap, sizeof(*w->node));
	w->node[w->nodes] = (struct node){NONE, false};
	return (uint32_t)w->nodes++;
}

static uint32_t add_word(struct words *w, const char *p, size_t len)
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

static uint64_t edge_key(uint32_t node, uint32_t word)
{
	return (uint64_t)node << 32 | word;
}

/* The node after another (NONE: the beginning) by a word; made if new. */
static uint32_t go(struct words *w, uint32_t node, uint32_t word)
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

static void add_end(struct words *w, struct node *n, size_t set)
{
	for (uint32_t i = n->ends; i != NONE; i = w->end[i].next) {
		if (w->end[i].set == set)
			return;
	}
	w->end = room(w->end, w->ends, &w->end_cap, sizeof(*w->end));
	w->end[w->ends] = (struct end){set, n->ends};
	n->ends = (uint32_t)w->ends++;
}

bool words_add(struct words *w, size_t set, struct span entry)
{
	struct tokens *t = &w->tokens;
	uint32_t node = NONE;

	tokens_take(t, entry);
	for (size_t i = 0; i < t->count; i++) {
		const struct token *k = &t->token[i];

		node = go(w, node, add_word(w, t->out.data + k->at, k->len));
	}
	if (node != NONE)
		add_end(w, &w->node[node], set);
	return node != NONE;
}

/* The numbers of a text's words, and NONE after the last. */
static void number(struct words *w)
{
	struct tokens *t = &w->tokens;

	if (w->found_cap <= t->count) {
		w->found_cap = t->cap + 1;
		w->found =
		    mem_resize(w->found, w->found_cap, sizeof(*w->found));
	}
	for (size_t i = 0; i < t->count; i++) {
		const char *p = t->out.data + t->token[i].at;
		size_t len = t->token[i].len;

		w->found[i] = len > w->longest
				  ? NONE
				  : find_slot(w, p, len, hash(p, len))->word;
	}
	w->found[t->count] = NONE;
}

void words_find(struct words *w, struct span text,
    void (*found)(void *context, size_t set, size_t at, size_t len),
    void *context)
{
	const struct token *token;

	tokens_take(&w->tokens, text);
	token = w->tokens.token;
	number(w);
	for (size_t i = 0; i < w->tokens.count; i++) {
		uint32_t node = w->word[w->found[i]].node;

		for (size_t j = i; node != NONE;) {
			for (uint32_t e = w->node[node].ends; e != NONE;
			     e = w->end[e].next)
				found(context, w->end[e].set, token[i].from,
				    token[j].to - token[i].from);
			if (!w->node[node].more || w->found[++j] == NONE)
				break;
			node = find_edge(w, edge_key(node, w->found[j]))->node;
		}
	}
}
