/* SPDX-License-Identifier: ISC */
/* What a character looks like, by ICU's skeletons (Unicode UTS 39). */
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf16.h>

#include "base/mem.h"
#include "lexicon/fold.h"
#include "lexicon/glyph-internal.h"

enum {
	SHAPE_MAX = 18, /* of one skeleton, points */
	PAGE_MAX = 256,
	UNITS = PAGE_MAX * 3,
	OUT_MAX = 16 * 1024,
};

struct shape {
	uint32_t point[SHAPE_MAX];
	size_t len;
};

struct shapes {
	USpoofChecker *checker;
	struct fold fold;
	uint32_t first, count;
	struct shape shape[PAGE_MAX];
	int script[GLYPH_SCRIPTS]; /* ICU's number of each of ours */
	size_t scripts;
};

struct shapes *shapes_new(void)
{
	struct shapes *s = mem_zalloc(sizeof(*s));
	UErrorCode e = U_ZERO_ERROR;

	s->checker = uspoof_open(&e);
	if (U_FAILURE(e))
		mem_exhausted();
	s->script[GLYPH_LATIN] = USCRIPT_LATIN;
	s->scripts = 2;
	return s;
}

void shapes_free(struct shapes *s)
{
	if (!s)
		return;
	uspoof_close(s->checker);
	fold_release(&s->fold);
	free(s);
}

/* Han and Hangul, thousands, look like themselves; surrogates like nothing. */
static bool has_skeleton(uint32_t c)
{
	return u_isdefined((UChar32)c) && !(c >= 0xd800 && c <= 0xdfff) &&
	       c != '\n';
}

/* A line each, as it takes long to ask for one. */
void shapes_page(struct shapes *s, uint32_t first, uint32_t count)
{
	UChar in[UNITS], out[OUT_MAX];
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, got;
	uint32_t i = 0;

	for (uint32_t c = first; c < first + count; c++) {
		if (has_skeleton(c))
			U16_APPEND_UNSAFE(in, n, (UChar32)c);
		in[n++] = '\n';
	}
	got = uspoof_getSkeleton(s->checker, 0, in, n, out, OUT_MAX, &e);
	s->first = first;
	s->count = count;
	memset(s->shape, 0, sizeof(s->shape));
	for (int32_t at = 0; U_SUCCESS(e) && at < got && i < count;) {
		struct shape *shape = &s->shape[i];
		UChar32 c;

		U16_NEXT(out, at, got, c);
		if (c == '\n')
			i++;
		else if (shape->len < SHAPE_MAX)
			shape->point[shape->len++] = (uint32_t)c;
	}
}

static bool latin(uint32_t c)
{
	return c >= 'a' && c <= 'z';
}

/* The skeleton of any character, of the page at hand or not. */
static void shape_of(struct shapes *s, uint32_t c, struct shape *shape)
{
	UChar in[2], out[SHAPE_MAX];
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, got;

	if (c - s->first < s->count) {
		*shape = s->shape[c - s->first];
		return;
	}
	shape->len = 0;
	if (!has_skeleton(c))
		return;
	U16_APPEND_UNSAFE(in, n, (UChar32)c);
	got = uspoof_getSkeleton(s->checker, 0, in, n, out, SHAPE_MAX, &e);
	for (int32_t at = 0; U_SUCCESS(e) && at < got;) {
		UChar32 one;

		U16_NEXT(out, at, got, one);
		shape->point[shape->len++] = (uint32_t)one;
	}
}

/* The small letters that a skeleton's are; false if one is no Latin letter,
 * nor looks, as a small one, like one. */
static bool spell_with(
    struct shapes *s, const struct shape *from, struct guess *to, int depth)
{
	to->len = 0;
	for (size_t i = 0; i < from->len; i++) {
		struct fold_unit unit[FOLD_MAX];
		size_t n = fold_units(from->point[i], unit);

		for (size_t j = 0; j < n; j++) {
			struct guess one = {.symbol = {unit[j].point}, .len = 1};
			struct shape shape;

			if (unit[j].kind == FOLD_MARK)
				continue;
			if (!latin(unit[j].point)) {
				shape_of(s, unit[j].point, &shape);
				if (depth ||
				    !spell_with(s, &shape, &one, depth + 1))
					return false;
			}
			if (to->len + one.len > GLYPH_SYMBOLS)
				return false;
			memcpy(to->symbol + to->len, one.symbol,
			    one.len * sizeof(*one.symbol));
			to->len = (unsigned char)(to->len + one.len);
		}
	}
	return to->len > 0;
}

static bool spell(
    struct shapes *s, const struct shape *from, struct guess *to)
{
	return spell_with(s, from, to, 0);
}

static void add(struct guesses *g, const struct guess *one)
{
	if (g->count < GUESSES)
		g->guess[g->count++] = *one;
}

static void add_letters(struct guesses *g, const char *letters, int how)
{
	for (; *letters; letters++)
		add(g, &(struct guess){.symbol = {(uint32_t)*letters},
			   .len = 1,
			   .how = (unsigned char)how});
}

static void put(struct guess *g, uint32_t symbol)
{
	if (g->len < GLYPH_SYMBOLS)
		g->symbol[g->len++] = symbol;
}

/* What a folded letter is, or looks exactly like. */
static void read_letter(
    struct shapes *s, uint32_t c, struct guess *to, struct guesses *all)
{
	struct guess spelt;
	struct shape shape;
	uint32_t named;
	int digit = u_charDigitValue((UChar32)c);

	if (digit >= 0 && digit <= 9) {
		put(to, '0' + (uint32_t)digit);
		all->flags |= GLYPH_DIGIT;
		return;
	}
	if (latin(c)) {
		put(to, c);
		return;
	}
	shape_of(s, c, &shape);
	named = glyph_named(shape.len ? shape.point[0] : c);
	if (spell(s, &shape, &spelt)) {
		for (size_t i = 0; i < spelt.len; i++)
			put(to, spelt.symbol[i]);
	} else if (named) {
		all->flags |= GLYPH_SMALL;
		put(to, named);
	} else {
		put(to, c);
	}
}

static unsigned char script_of(struct shapes *s, uint32_t c)
{
	UErrorCode e = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript((UChar32)c, &e);

	if (U_FAILURE(e) || script == USCRIPT_COMMON ||
	    script == USCRIPT_INHERITED || script == USCRIPT_UNKNOWN)
		return 0;
	for (size_t i = GLYPH_LATIN; i < s->scripts; i++) {
		if (s->script[i] == (int)script)
			return (unsigned char)i;
	}
	if (s->scripts == GLYPH_SCRIPTS)
		return GLYPH_SCRIPTS - 1;
	s->script[s->scripts] = (int)script;
	return (unsigned char)s->scripts++;
}

/* No letter of another script that people write looks like it. */
static bool distinct(uint32_t folded, const struct guesses *g)
{
	static const char shared[] = "abcehijkmoprstuxy";
	const struct guess *self = &g->guess[0];

	if (latin(folded))
		return !strchr(shared, (char)folded);
	return (g->flags & GLYPH_SMALL) || !self->len ||
	    !latin(self->symbol[0]);
}

static void guess_letter(struct shapes *s, uint32_t c,
    const struct fold_unit *unit, size_t units, struct guesses *g)
{
	struct guess self = {.how = READ_SELF}, capital = {.how = READ_LOOK};
	uint32_t only = 0, letters = 0;
	struct shape shape;

	for (size_t i = 0; i < units; i++) {
		if (unit[i].kind != FOLD_LETTER && unit[i].kind != FOLD_ALONE)
			continue;
		if (unit[i].kind == FOLD_ALONE)
			g->kind = GLYPH_ALONE;
		only = unit[i].point;
		letters++;
		read_letter(s, only, &self, g);
	}
	add(g, &self);
	g->script = script_of(s, only);
	shape_of(s, c, &shape);
	if (c > 0x7f && !(g->flags & GLYPH_DIGIT) && spell(s, &shape, &capital))
		add(g, &capital);
	/* The capital letter looks so all by itself. */
	if (capital.len == 1 && self.len == 1 &&
	    capital.symbol[0] == self.symbol[0])
		g->flags &= (unsigned char)~GLYPH_SMALL;
	if (distinct(only, g))
		g->flags |= GLYPH_DISTINCT;
	if (letters == 1) {
		add_letters(g, glyph_loose(only), READ_LOOSE);
		if (self.len == 1)
			add_letters(g, glyph_digit(self.symbol[0]), READ_DIGIT);
	}
	if (c == 'I')
		add_letters(g, "l", READ_CASE);
	if (c == 'l')
		add_letters(g, "i", READ_CASE);
}

static bool is_blank(uint32_t c)
{
	return u_isUWhiteSpace((UChar32)c) || c == 0x2800;
}

static void guess_sign(struct shapes *s, uint32_t c, struct guesses *g)
{
	struct guess spelt = {.how = READ_DIGIT};
	struct shape shape;

	if (is_blank(c)) {
		g->kind = GLYPH_BLANK;
		if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2029)
			g->flags |= GLYPH_LINE;
		return;
	}
	g->kind = GLYPH_SIGN;
	add_letters(g, glyph_digit(c), READ_DIGIT);
	shape_of(s, c, &shape);
	if (c > 0x7f && spell(s, &shape, &spelt) && spelt.len == 1)
		add(g, &spelt);
}

static bool is_hidden(uint32_t c)
{
	return u_hasBinaryProperty(
	    (UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

void shapes_guess(struct shapes *s, uint32_t c, struct guesses *g)
{
	struct fold_unit unit[FOLD_MAX];
	size_t units = fold_units(c, unit), marks = 0, letters = 0;
	uint32_t named = glyph_named(c);

	*g = (struct guesses){.kind = GLYPH_LETTER};
	for (size_t i = 0; i < units; i++) {
		marks += unit[i].kind == FOLD_MARK;
		letters += unit[i].kind == FOLD_LETTER ||
			   unit[i].kind == FOLD_ALONE;
	}
	if (marks == units || is_hidden(c)) {
		g->kind = GLYPH_HIDDEN;
	} else if (letters) {
		guess_letter(s, c, unit, units, g);
	} else if (named) {
		add_letters(g, (const char[]){(char)named, '\0'}, READ_SELF);
		g->script = GLYPH_LATIN;
	} else {
		guess_sign(s, c, g);
	}
}
