/* SPDX-License-Identifier: ISC */
/* Strips: characters in the order in which they are shown. */
#include "lexicon/strip.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { LEVELS = 60, POP_ISOLATE = 0x2069, POP = 0x202c };

/* Directional overrides in force (Unicode UAX 9, X1 to X8), as levels: odd
 * ones run from right to left. Text that is only embedded keeps the direction
 * of its letters, and so an even level. */
struct bidi {
	unsigned char level[LEVELS + 1];
	size_t depth;
	bool used;
};

static const struct glyph seam_glyph = {.kind = GLYPH_SEAM};

void strip_release(struct strip *s)
{
	if (!s)
		return;
	free(s->unit);
	free(s->level);
	*s = (struct strip){0};
}

static bool is_control(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void turn(struct bidi *b, uint32_t c)
{
	unsigned char now = b->level[b->depth];

	if (c == POP || c == POP_ISOLATE) {
		b->depth -= b->depth > 0;
		return;
	}
	if (b->depth == LEVELS)
		return;
	if (c == 0x202e) { /* RLO */
		now = (unsigned char)((now + 1) | 1);
		b->used = true;
	} else if (c == 0x202d || now & 1) { /* LRO, or an embedding in RLO */
		now = (unsigned char)((now + 2) & ~1);
	}
	b->level[++b->depth] = now;
}

/* There is room: no text has more characters than bytes. */
static inline void add(
    struct strip *s, const struct glyph *g, size_t from, size_t to)
{
	s->unit[s->count++] =
	    (struct strip_unit){g, (uint32_t)from, (uint32_t)to};
}

/* All units from one on are of the level in force. */
static void set_levels(struct strip *s, size_t from, const struct bidi *b)
{
	if (s->level_cap < s->cap) {
		s->level_cap = s->cap;
		s->level = mem_resize(s->level, s->level_cap, 1);
	}
	memset(s->level + from, b->level[b->depth], s->count - from);
}

static bool from_right(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfefc) ||
	       (c >= 0x10800 && c <= 0x10fff) || (c >= 0x1e800 && c <= 0x1efff);
}

/* Letters that go from right to left are read so wherever they stand. */
static bool reads_from_right(const struct strip *s, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (from_right(strip_point(s, from)))
			return true;
	}
	return false;
}

static void reverse(struct strip *s, size_t from, size_t to)
{
	for (; from + 1 < to; from++) {
		struct strip_unit unit = s->unit[--to];
		unsigned char level = s->level[to];

		s->unit[to] = s->unit[from];
		s->level[to] = s->level[from];
		s->unit[from] = unit;
		s->level[from] = level;
	}
}

static bool ends_line(const struct strip_unit *u)
{
	return u->glyph->kind == GLYPH_SEAM || u->glyph->flags & GLYPH_LINE;
}

/* Reverse each run of at least that level within its line (UAX 9, L2). */
static void reverse_level(struct strip *s, unsigned char level)
{
	for (size_t i = 0, j; i < s->count; i = j + (j == i)) {
		for (j = i; j < s->count && s->level[j] >= level &&
			    !ends_line(&s->unit[j]);
		     j++)
			;
		if (j > i && !reads_from_right(s, i, j))
			reverse(s, i, j);
	}
}

static void reorder(struct strip *s)
{
	unsigned char highest = 0;

	for (size_t i = 0; i < s->count; i++)
		highest = s->level[i] > highest ? s->level[i] : highest;
	for (; highest > 0; highest--)
		reverse_level(s, highest);
	s->turned = true;
}

/* What is hidden belongs to the character before it. */
static void extend(struct strip *s, size_t to)
{
	if (s->count && s->unit[s->count - 1].glyph != &seam_glyph)
		s->unit[s->count - 1].to = (uint32_t)to;
}

struct maker {
	struct strip *strip;
	struct glyphs *glyphs;
	struct bidi bidi;
	size_t levelled; /* units whose level is set */
};

static void take_wide(struct maker *k, size_t i, size_t step)
{
	struct strip *s = k->strip;
	uint32_t c = utf8_point(s->text.p + i, step);
	const struct glyph *g = glyph_of(k->glyphs, c);

	if (is_control(c)) {
		set_levels(s, k->levelled, &k->bidi);
		k->levelled = s->count;
		turn(&k->bidi, c);
	}
	if (g->kind == GLYPH_HIDDEN)
		extend(s, i + step);
	else
		add(s, g, i, i + step);
}

static void end_line(struct maker *k)
{
	if (k->bidi.depth) {
		set_levels(k->strip, k->levelled, &k->bidi);
		k->levelled = k->strip->count;
		k->bidi.depth = 0;
	}
}

void strip_make(struct strip *s, struct glyphs *glyphs, struct span text,
    const size_t *seam, size_t seams)
{
	const struct glyph *ascii = glyph_of(glyphs, 0);
	struct maker k = {.strip = s, .glyphs = glyphs};
	size_t next = 0;

	if (s->cap < text.n + seams) {
		s->cap = 2 * (text.n + seams);
		s->unit = mem_resize(s->unit, s->cap, sizeof(*s->unit));
	}
	s->text = text;
	s->count = 0;
	s->turned = s->wide = false;
	for (size_t i = 0, step; i < text.n; i += step) {
		unsigned char c = (unsigned char)text.p[i];

		for (; next < seams && seam[next] == i; next++) {
			end_line(&k);
			add(s, &seam_glyph, i, i);
		}
		step = 1;
		if (c < 0x7f) {
			if (c == '\n')
				end_line(&k);
			add(s, &ascii[c], i, i + 1);
			continue;
		}
		step = utf8_char(text.p + i, text.n - i);
		if (step == 0)
			break;
		s->wide = true;
		take_wide(&k, i, step);
	}
	if (k.bidi.used) {
		set_levels(s, k.levelled, &k.bidi);
		reorder(s);
	}
}

uint32_t strip_point(const struct strip *s, size_t unit)
{
	const struct strip_unit *u = &s->unit[unit];
	size_t step;

	if (u->glyph->kind == GLYPH_SEAM)
		return 0;
	step = utf8_char(s->text.p + u->from, u->to - u->from);
	return utf8_point(s->text.p + u->from, step);
}

struct span strip_bytes(const struct strip *s, size_t first, size_t last)
{
	size_t from = SIZE_MAX, to = 0;

	for (size_t i = first; i < last; i++) {
		from = s->unit[i].from < from ? s->unit[i].from : from;
		to = s->unit[i].to > to ? s->unit[i].to : to;
		if (!s->turned && i + 1 < last)
			i = last - 2;
	}
	return (struct span){s->text.p + from, to - from};
}
