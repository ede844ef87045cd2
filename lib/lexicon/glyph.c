/* SPDX-License-Identifier: ISC */
/* Glyphs, kept by pages. */
#include "lexicon/glyph.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lexicon/glyph-internal.h"

enum { PAGE = 256, PAGES = 0x110000 / PAGE };

struct glyphs {
	struct glyph *page[PAGES];
	struct shapes *shapes;
	uint32_t *symbol; /* of all readings; the first is none's */
	size_t symbols, cap;
};

struct glyphs *glyphs_new(void)
{
	struct glyphs *g = mem_zalloc(sizeof(*g));

	g->shapes = shapes_new();
	return g;
}

void glyphs_free(struct glyphs *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < PAGES; i++)
		free(g->page[i]);
	shapes_free(g->shapes);
	free(g->symbol);
	free(g);
}

/* Readings share symbols where they can: most are one letter of few. */
static bool find(const struct glyphs *g, const struct guess *r, size_t *at)
{
	size_t last = g->symbols < 256 ? g->symbols : 256;

	for (size_t i = 0; i + r->len <= last; i++) {
		if (memcmp(g->symbol + i, r->symbol,
			r->len * sizeof(*r->symbol)) == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

static size_t keep(struct glyphs *g, const struct guess *r)
{
	size_t at;

	if (find(g, r, &at))
		return at;
	if (g->symbols + r->len > g->cap) {
		g->cap = g->cap * 2 + 256;
		g->symbol = mem_resize(g->symbol, g->cap, sizeof(*g->symbol));
	}
	memcpy(g->symbol + g->symbols, r->symbol,
	    r->len * sizeof(*r->symbol));
	at = g->symbols;
	g->symbols += r->len;
	return at;
}

static bool same(const struct guess *a, const struct guess *b)
{
	return a->len == b->len &&
	       memcmp(a->symbol, b->symbol, a->len * sizeof(*a->symbol)) == 0;
}

static void set(struct glyphs *g, struct glyph *to, const struct guesses *from)
{
	*to = (struct glyph){.kind = from->kind,
	    .flags = from->flags,
	    .script = from->script};
	for (size_t i = 0; i < from->count; i++) {
		const struct guess *r = &from->guess[i];
		bool twice = false;

		for (size_t j = 0; j < i; j++)
			twice = twice || same(r, &from->guess[j]);
		if (!twice && r->len && to->readings < GLYPH_READINGS)
			to->reading[to->readings++] = (struct glyph_reading){
			    (uint32_t)keep(g, r), r->len, r->how};
	}
}

const struct glyph *glyph_of(struct glyphs *g, uint32_t point)
{
	struct glyph **page = &g->page[point / PAGE % PAGES];

	if (!*page) {
		uint32_t first = point / PAGE * PAGE;
		struct guesses guess;

		*page = mem_alloc(PAGE * sizeof(**page));
		shapes_page(g->shapes, first, PAGE);
		for (uint32_t i = 0; i < PAGE; i++) {
			shapes_guess(g->shapes, first + i, &guess);
			set(g, &(*page)[i], &guess);
		}
	}
	return &(*page)[point % PAGE];
}

const uint32_t *glyph_symbols(
    const struct glyphs *g, const struct glyph_reading *r)
{
	return g->symbol + r->at;
}
