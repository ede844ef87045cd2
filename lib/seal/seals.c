/* SPDX-License-Identifier: ISC */
/* A journal's lines against its checkpoints. */
#include "seal/seals.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "journal/journal.h"
#include "journal/tree.h"

const char *seals_add(struct seals *s, const struct trust *t,
    const char *name, struct span note, struct buf *why)
{
	struct vouched v;
	const char *wrong = trust_check(t, note, &v, why);
	struct seal *seal;

	if (wrong)
		return wrong;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->seal = mem_resize(s->seal, s->cap, sizeof(*s->seal));
	}
	seal = &s->seal[s->count++];
	*seal = (struct seal){.name = mem_strdup(name),
	    .size = v.checkpoint.size, .time = v.time,
	    .witnesses = v.witnesses};
	memcpy(seal->root, v.checkpoint.root, MERKLE_HASH);
	buf_addspan(&seal->journal, checkpoint_journal(v.checkpoint.origin));
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	const struct seal *x = a, *y = b;

	return x->size < y->size ? -1 : x->size > y->size;
}

static void forget(struct seals *s)
{
	tree_close(s->tree);
	s->tree = NULL;
	s->broken = false;
	merkle_range_init(&s->range, 0);
}

void seals_begin(struct seals *s, const char *journal)
{
	const char *why;

	forget(s);
	s->at = 0;
	if (!s->count)
		return;
	s->tree = tree_open(journal, &why);
	qsort(s->seal, s->count, sizeof(*s->seal), by_size);
	/* A seal of nothing is met. */
	while (s->at < s->count && s->seal[s->at].size == 0)
		s->seal[s->at++].met = true;
}

void seals_release(struct seals *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->seal[i].name);
		buf_release(&s->seal[i].journal);
	}
	free(s->seal);
	forget(s);
	*s = (struct seals){0};
}

/* The hashes of lines that are gone, up to size to. */
static bool fill(struct seals *s, uint64_t to)
{
	struct merkle_range *r = &s->range;
	unsigned char hash[MERKLE_HASH];
	uint64_t all;

	if (!s->tree || !tree_size(s->tree, &all))
		return false;
	while (r->last < to) {
		unsigned level = 0;

		while (level < 62 && (r->last & ((UINT64_C(2) << level) - 1)) == 0 &&
		    to - r->last >= UINT64_C(2) << level)
			level++;
		if (!tree_node(s->tree, level, r->last >> level, hash) ||
		    !merkle_range_push(r, level, hash))
			return false;
	}
	return true;
}

static bool fits(const struct seals *s, const struct seal *seal)
{
	unsigned char root[MERKLE_HASH];

	merkle_range_root(&s->range, root);
	return memcmp(root, seal->root, MERKLE_HASH) == 0;
}

/* All that ends within what is there now. */
static const struct seal *settle(struct seals *s, uint64_t last)
{
	while (s->at < s->count && s->seal[s->at].size <= last) {
		struct seal *seal = &s->seal[s->at++];

		if (seal->size < last)
			seal->gone = true;
		else if (s->broken || !fits(s, seal))
			return seal;
		seal->met = !seal->gone;
	}
	return NULL;
}

const struct seal *seals_take(struct seals *s, const struct journal_line *l,
    const unsigned char *leaf)
{
	if (s->at == s->count)
		return NULL;
	if (!leaf)
		s->broken = s->broken || !fill(s, l->seq);
	else if (!s->broken)
		merkle_range_append(&s->range, leaf);
	return settle(s, l->seq);
}

const struct seal *seals_unmet(const struct seals *s, struct span id)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct seal *seal = &s->seal[i];

		if (!seal->met ||
		    !span_same(buf_span(&seal->journal), id))
			return seal;
	}
	return NULL;
}

const struct seal *seals_newest(const struct seals *s)
{
	return s->count ? &s->seal[s->count - 1] : NULL;
}
