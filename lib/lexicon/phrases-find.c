/* SPDX-License-Identifier: ISC */
/* Going through a text for the entries of a dictionary. */
#include "lexicon/phrases-internal.h"

/* The numbers of a text's words, and NONE after the last. */
static void number(struct phrases *w)
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

/* The same for the words that begin them. */
static void number_open(struct phrases *w)
{
	struct tokens *t = &w->tokens;

	if (w->next_cap < t->count) {
		w->next_cap = t->cap;
		w->next = mem_resize(w->next, w->next_cap, sizeof(*w->next));
	}
	w->opens = 0;
	for (size_t i = 0; i < t->count; i++) {
		const char *p = t->out.data + t->token[i].at;

		for (size_t k = 0; k < w->lengths &&
				   w->length[k] <= t->token[i].len;
		     k++) {
			size_t len = w->length[k] + 1;
			const char *q = phrases_starred(w, p, len - 1);
			uint32_t word = find_slot(w, q, len, hash(q, len))->word;

			if (word == NONE)
				continue;
			w->open = room(w->open, w->opens, &w->open_cap,
			    sizeof(*w->open));
			w->open[w->opens++] = word;
		}
		w->next[i] = w->opens;
	}
}

struct finding {
	void (*found)(void *context, size_t set, size_t at, size_t len);
	void *context;
	size_t first; /* the word where it begins */
};

/* All that is complete at a node, with that word of the text. */
static void report(
    struct phrases *w, const struct finding *f, uint32_t node, size_t last)
{
	const struct token *token = w->tokens.token;

	for (uint32_t e = w->node[node].ends; e != NONE; e = w->end[e].next)
		f->found(f->context, w->end[e].set, token[f->first].from,
		    token[last].to - token[f->first].from);
}

/* The entries that go on from a node (NONE: begin) with the beginning of a
 * word, which is their last. */
static void report_open(
    struct phrases *w, const struct finding *f, uint32_t node, size_t last)
{
	size_t i = w->lengths && last ? w->next[last - 1] : 0;

	for (; w->lengths && i < w->next[last]; i++) {
		uint32_t to =
		    node == NONE
			? w->word[w->open[i]].node
			: find_edge(w, edge_key(node, w->open[i]))->node;

		if (to != NONE)
			report(w, f, to, last);
	}
}

void phrases_find(struct phrases *w, struct span text,
    void (*found)(void *context, size_t set, size_t at, size_t len),
    void *context)
{
	struct finding f = {found, context, 0};

	tokens_take(&w->tokens, text);
	number(w);
	if (w->lengths)
		number_open(w);
	for (; f.first < w->tokens.count; f.first++) {
		size_t i = f.first;
		uint32_t node = w->word[w->found[i]].node;

		report_open(w, &f, NONE, i);
		while (node != NONE) {
			report(w, &f, node, i);
			if (!w->node[node].more || ++i == w->tokens.count)
				break;
			report_open(w, &f, node, i);
			if (w->found[i] == NONE)
				break;
			node = find_edge(w, edge_key(node, w->found[i]))->node;
		}
	}
}
