/* SPDX-License-Identifier: ISC */
/* What has been erased or pruned of a journal. */
#include "journal/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "journal/segment.h"

void gaps_add(struct gaps *g, uint64_t from, uint64_t to, const char *chain)
{
	struct gap *gap;

	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		g->gap = mem_resize(g->gap, g->cap, sizeof(*gap));
	}
	gap = &g->gap[g->count++];
	*gap = (struct gap){.from = from, .to = to, .pruned = chain != NULL};
	if (chain)
		memcpy(gap->chain, chain, DIGEST_HEX);
}

/* What is behind "# word TIME " if the note has that word and a time. */
static bool behind_time(struct span note, const char *head, struct span *rest)
{
	size_t n = strlen(head);
	int64_t when;

	if (!span_starts(note, head) || note.n < n + STAMP_LEN + 1 ||
	    !stamp_read(note.p + n, STAMP_LEN, &when) ||
	    note.p[n + STAMP_LEN] != ' ')
		return false;
	n += STAMP_LEN + 1;
	*rest = (struct span){note.p + n, note.n - n};
	return true;
}

bool pruning_read(struct span note, struct pruning *p)
{
	struct span rest, words;
	const char *end, *dash;

	if (!behind_time(note, "# pruned ", &rest))
		return false;
	end = memchr(rest.p, ' ', rest.n);
	words = (struct span){rest.p, end ? (size_t)(end - rest.p) : rest.n};
	dash = memchr(words.p, '-', words.n);
	p->chain = note_value(rest, "chain");
	p->tree = note_value(rest, "tree");
	return dash &&
	    journal_number((struct span){words.p, (size_t)(dash - words.p)},
		&p->from) &&
	    journal_number(
		(struct span){dash + 1, words.n - (size_t)(dash - words.p) - 1},
		&p->to) &&
	    p->from <= p->to && p->chain.n == DIGEST_HEX &&
	    p->tree.n == DIGEST_HEX;
}

/* Several notes may name one range, each the next part of it. */
static bool named(struct gap *gap, const struct pruning *p, bool *used)
{
	if (!gap->pruned || gap->from < p->from || gap->from > p->to)
		return false;
	if (p->to == gap->to &&
	    memcmp(p->chain.p, gap->chain, DIGEST_HEX) != 0)
		return false;
	*used = true;
	gap->from = p->to + 1;
	return gap->from > gap->to;
}

static void add_pruning(struct gaps *g, const struct pruning *p)
{
	struct pruned *to;

	if (g->pruning_count == g->pruning_cap) {
		g->pruning_cap = g->pruning_cap ? g->pruning_cap * 2 : 4;
		g->pruning = mem_resize(g->pruning, g->pruning_cap,
		    sizeof(*g->pruning));
	}
	to = &g->pruning[g->pruning_count++];
	*to = (struct pruned){.from = p->from, .to = p->to};
	memcpy(to->tree, p->tree.p, DIGEST_HEX);
}

void gaps_note(struct gaps *g, struct span note)
{
	struct pruning p = {.from = 0};
	struct span rest;
	uint64_t erased = 0;
	size_t kept = 0;
	bool pruned = pruning_read(note, &p), used = false;

	if (g->count == 0)
		return;
	if (!pruned && behind_time(note, "# erasure ", &rest) &&
	    !journal_number(note_value(rest, "seq"), &erased))
		erased = 0;
	if (!pruned && !erased)
		return;
	for (size_t i = 0; i < g->count; i++) {
		struct gap *gap = &g->gap[i];
		bool gone = pruned
		    ? named(gap, &p, &used)
		    : !gap->pruned && gap->from == erased;

		if (!gone)
			g->gap[kept++] = *gap;
	}
	g->count = kept;
	if (used)
		add_pruning(g, &p);
}

const struct gap *gaps_first(const struct gaps *g)
{
	return g->count ? g->gap : NULL;
}

void gaps_release(struct gaps *g)
{
	free(g->gap);
	free(g->pruning);
	*g = (struct gaps){.count = 0};
}
