/* SPDX-License-Identifier: ISC */
/* What a dictionary is; for phrases.c and phrases-find.c. */
#ifndef LEXICON_PHRASES_INTERNAL_H
#define LEXICON_PHRASES_INTERNAL_H

#include <stdint.h>
#include <string.h>

#include "base/eight.h"
#include "base/mem.h"
#include "lexicon/phrases.h"
#include "lexicon/tokens.h"

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

struct phrases {
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
	/* Words that are the beginning of one, for entries that end in '*': they
	 * are kept with the '*'. Of a text, all that a word of it begins with,
	 * and where in them those of the next word are. */
	size_t *length; /* in ascending order */
	size_t lengths;
	uint32_t *open;
	size_t opens, open_cap;
	size_t *next;
	size_t next_cap;
	struct buf scratch;
};

static inline void *room(void *array, size_t count, size_t *cap, size_t size)
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

/* Eight bytes can be read from p + len on. */
static inline uint32_t hash(const char *p, size_t len)
{
	uint64_t h = len;

	for (; len > 8; len -= 8, p += 8)
		h = mix(h ^ eight_load(p));
	return (uint32_t)mix(h ^ (eight_load(p) << (64 - 8 * len)));
}

static inline struct slot *find_slot(
    const struct phrases *w, const char *p, size_t len, uint32_t h)
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

static inline struct edge *find_edge(const struct phrases *w, uint64_t key)
{
	for (size_t i = mix(key);; i++) {
		struct edge *e = &w->edge[i & (w->edge_slots - 1)];

		if (e->node == NONE || e->key == key)
			return e;
	}
}

static inline uint64_t edge_key(uint32_t node, uint32_t word)
{
	return (uint64_t)node << 32 | word;
}

/* The bytes of a word with a '*' behind; eight more can be read. */
const char *phrases_starred(struct phrases *, const char *p, size_t len);

#endif
