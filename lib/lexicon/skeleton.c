/* SPDX-License-Identifier: ISC */
/* Strips as texts. */
#include "lexicon/skeleton.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { SIGNS_MAX = 8, RUN = 3, WORD_MAX = 64 };

struct making {
	struct skeleton *skeleton;
	const struct strip *strip;
	const struct glyphs *glyphs;
	unsigned how;
	bool spelt; /* the digits of the word at hand are letters */
	bool mixed; /* its letters are of several scripts */
};

static void put(struct making *m, size_t unit, const char *p, size_t n)
{
	struct skeleton *k = m->skeleton;
	size_t at = k->out.len;

	buf_add(&k->out, p, n);
	if (k->out.len > k->unit_cap) {
		k->unit_cap = k->out.cap;
		k->unit = mem_resize(k->unit, k->unit_cap, sizeof(*k->unit));
	}
	for (; at < k->out.len; at++)
		k->unit[at] = (uint32_t)unit;
}

static void put_reading(
    struct making *m, size_t unit, const struct glyph_reading *r)
{
	const uint32_t *symbol = glyph_symbols(m->glyphs, r);
	char bytes[4];

	for (unsigned i = 0; i < r->len; i++)
		put(m, unit, bytes, utf8_put(bytes, symbol[i]));
}

static size_t letters_from(const struct strip *s, size_t i)
{
	size_t n = 0;

	while (strip_is_letter(s, i + n))
		n++;
	return n;
}

static bool may_stand(const struct strip *s, size_t i)
{
	const struct glyph *g = s->unit[i].glyph;

	return strip_is_letter(s, i) ||
	    (g->kind == GLYPH_SIGN && g->readings);
}

/* Look at the word that a unit is in, with the signs that stand for letters:
 * whether digits do, and letters of other scripts. */
static void look(struct making *m, size_t i)
{
	const struct strip *s = m->strip;
	size_t from = i, letters = 0, digits = 0;
	uint32_t scripts = 0;

	while (from > 0 && i - from < WORD_MAX && may_stand(s, from - 1))
		from--;
	for (; from < s->count && from - i + WORD_MAX < 2 * WORD_MAX &&
	     may_stand(s, from);
	     from++) {
		const struct glyph *g = s->unit[from].glyph;

		if (g->kind == GLYPH_SIGN || g->flags & GLYPH_DIGIT)
			digits++;
		else
			letters++;
		scripts |= UINT32_C(1) << g->script;
	}
	m->spelt = letters >= 2 && letters * 2 >= digits;
	m->mixed = scripts >> GLYPH_LATIN & 1 && scripts >> GLYPH_LATIN > 1;
}

static bool put_loose(struct making *m, size_t i)
{
	const struct glyph *g = m->strip->unit[i].glyph;

	for (unsigned k = 0; m->mixed && k < g->readings; k++) {
		if (g->reading[k].how != READ_LOOSE)
			continue;
		m->skeleton->ways |= SKELETON_LOOSE;
		if (m->how & SKELETON_LOOSE)
			put_reading(m, i, &g->reading[k]);
		return m->how & SKELETON_LOOSE;
	}
	return false;
}

/* The letter that a digit or sign stands for. */
static bool put_disguised(struct making *m, size_t i)
{
	const struct glyph *g = m->strip->unit[i].glyph;
	const struct glyph_reading *r = NULL;
	bool two = false;

	for (unsigned k = 0; k < g->readings; k++) {
		uint32_t c;

		if (g->reading[k].how != READ_DIGIT)
			continue;
		c = *glyph_symbols(m->glyphs, &g->reading[k]);
		two = two || c == 'l';
		if (!r || (c == 'l') == ((m->how & SKELETON_ELL) != 0))
			r = &g->reading[k];
	}
	if (!r)
		return false;
	m->skeleton->ways |= two && g->readings > 1 ? SKELETON_ELL : 0;
	put_reading(m, i, r);
	return true;
}

static bool same(const struct strip *s, size_t i, size_t j)
{
	const struct glyph *a = s->unit[i].glyph, *b = s->unit[j].glyph;

	return a->reading[0].at == b->reading[0].at &&
	    a->reading[0].len == b->reading[0].len;
}

static size_t put_word(struct making *m, size_t i)
{
	const struct strip *s = m->strip;
	size_t end = i + letters_from(s, i);

	look(m, i);
	while (i < end) {
		const struct glyph *g = s->unit[i].glyph;
		size_t n = 1;

		while (i + n < end && same(s, i, i + n))
			n++;
		n = n >= RUN && !(g->flags & GLYPH_DIGIT) ? n : 1;
		if (s->text.p[s->unit[i].from] == 'I') {
			m->skeleton->ways |= SKELETON_ELL;
			put(m, i, m->how & SKELETON_ELL ? "l" : "i", 1);
		} else if (!(g->flags & GLYPH_DIGIT && m->spelt &&
			       put_disguised(m, i)) &&
			   !put_loose(m, i)) {
			put_reading(m, i, &g->reading[0]);
		}
		i += n;
	}
	return end;
}

static bool is_gap(const struct strip *s, size_t i)
{
	return i < s->count && !strip_is_letter(s, i);
}

/* Whether the letter at i stands alone between gaps, as its neighbours do. */
static bool lone(const struct strip *s, size_t i)
{
	return strip_is_letter(s, i) && (i == 0 || is_gap(s, i - 1)) &&
	    !strip_is_letter(s, i + 1);
}

static size_t gap_end(const struct strip *s, size_t i)
{
	size_t n = 0;

	while (is_gap(s, i + n))
		n++;
	return i + n;
}

/* Whether two gaps are written in the same way. */
static bool same_gap(
    const struct strip *s, size_t a, size_t b, size_t end_a, size_t end_b)
{
	if (end_a - a != end_b - b)
		return false;
	for (; a < end_a; a++, b++) {
		if (s->unit[a].glyph->kind == GLYPH_SEAM ||
		    s->unit[b].glyph->kind == GLYPH_SEAM ||
		    strip_point(s, a) != strip_point(s, b))
			return false;
	}
	return true;
}

static size_t gap_begin(const struct strip *s, size_t end)
{
	while (end > 0 && is_gap(s, end - 1))
		end--;
	return end;
}

/* A gap between letters that are all set apart from one another like this:
 * three of them at least. */
static bool spaced(const struct strip *s, size_t from, size_t to)
{
	size_t other;

	if (from == 0 || to - from > SIGNS_MAX || !lone(s, from - 1) ||
	    !lone(s, to))
		return false;
	other = gap_end(s, to + 1);
	if (lone(s, other) && same_gap(s, from, to + 1, to, other))
		return true;
	other = gap_begin(s, from - 1);
	return other > 0 && lone(s, other - 1) &&
	    same_gap(s, from, other, to, from - 1);
}

static bool joins(const struct strip *s, size_t from, size_t to)
{
	if (from == 0 || to == s->count || to - from > SIGNS_MAX)
		return false;
	for (; from < to; from++) {
		if (s->unit[from].glyph->kind != GLYPH_SIGN)
			return false;
	}
	return true;
}

/* A sign stands for a letter if a letter, or another such, follows. */
static bool stands(struct making *m, size_t i)
{
	look(m, i);
	return m->spelt && i + 1 < m->strip->count &&
	    may_stand(m->strip, i + 1);
}

static void put_sign(struct making *m, size_t i)
{
	const struct strip *s = m->strip;
	const struct strip_unit *u = &s->unit[i];

	if (u->glyph->kind == GLYPH_BLANK)
		put(m, i, u->glyph->flags & GLYPH_LINE ? "\n" : " ", 1);
	else if (u->glyph->kind == GLYPH_SEAM)
		put(m, i, " ", m->how & SKELETON_APART ? 1 : 0);
	else if (!u->glyph->readings || !stands(m, i) || !put_disguised(m, i))
		put(m, i, s->text.p + u->from, u->to - u->from);
}

static size_t put_gap(struct making *m, size_t i)
{
	const struct strip *s = m->strip;
	size_t to = gap_end(s, i);

	for (size_t k = i; k < to; k++) {
		if (s->unit[k].glyph->kind == GLYPH_SEAM)
			m->skeleton->ways |= SKELETON_APART;
	}
	if (spaced(s, i, to))
		return to;
	if (joins(s, i, to)) {
		m->skeleton->ways |= SKELETON_JOINED;
		if (m->how & SKELETON_JOINED)
			return to;
	}
	for (; i < to; i++)
		put_sign(m, i);
	return to;
}

void skeleton_make(struct skeleton *k, const struct strip *s,
    const struct glyphs *g, unsigned how)
{
	struct making m = {k, s, g, how, false, false};

	buf_reset(&k->out);
	k->ways = 0;
	for (size_t i = 0; i < s->count;)
		i = strip_is_letter(s, i) ? put_word(&m, i) : put_gap(&m, i);
}

void skeleton_release(struct skeleton *k)
{
	if (!k)
		return;
	buf_release(&k->out);
	free(k->unit);
	*k = (struct skeleton){0};
}
