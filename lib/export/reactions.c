/* SPDX-License-Identifier: ISC */
/* The reactions that stand. */
#include "export/reactions.h"

#include <stdlib.h>

#include "base/mem.h"

/* Whether its author reacted again. */
static bool replaced(const struct talk *t, const struct item *c)
{
	for (uint32_t k = c->next; k != TALK_NONE; k = t->item[k].next) {
		if (t->item[k].kind == ITEM_REACTION &&
		    t->item[k].author == c->author)
			return true;
	}
	return false;
}

static void add(struct reactions *r, struct span value, size_t author)
{
	if (!value.n || r->count == REACTIONS_MAX)
		return;
	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		r->reaction =
		    mem_resize(r->reaction, r->cap, sizeof(*r->reaction));
	}
	r->reaction[r->count++] = (struct reaction){value, author};
}

void reactions_collect(struct reactions *r, const struct talk *t,
    const struct item *i)
{
	for (uint32_t k = i->change; k != TALK_NONE; k = t->item[k].next) {
		const struct item *c = &t->item[k];
		struct span rest = talk_at(t, c->words);

		if (c->kind != ITEM_REACTION || r->count == REACTIONS_MAX ||
		    replaced(t, c))
			continue;
		while (rest.n) {
			const char *blank = memchr(rest.p, ' ', rest.n);
			size_t n = blank ? (size_t)(blank - rest.p) : rest.n;

			add(r, (struct span){rest.p, n}, c->author);
			n += blank != NULL;
			rest = (struct span){rest.p + n, rest.n - n};
		}
	}
}

void reactions_release(struct reactions *r)
{
	free(r->reaction);
	*r = (struct reactions){0};
}

bool reactions_first(const struct reactions *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_same(r->reaction[i].value, r->reaction[n].value))
			return false;
	}
	return true;
}

size_t reactions_same(const struct reactions *r, size_t n)
{
	size_t same = 0;

	for (size_t i = n; i < r->count; i++)
		same += span_same(r->reaction[i].value, r->reaction[n].value);
	return same;
}
