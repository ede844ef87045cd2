/* SPDX-License-Identifier: ISC */
/* What a reader would take for one word, and what is only text. */
#include "lexicon/walk.h"

#include <string.h>

enum { SHORT = 3, LONG = 5, RUN = 3 };

static uint32_t symbol_at(const struct walk *w, size_t unit)
{
	const struct glyph *g;

	if (!strip_is_letter(w->strip, unit))
		return 0;
	g = w->strip->unit[unit].glyph;
	return glyph_symbols(w->glyphs, &g->reading[0])[0];
}

static bool vowel(uint32_t symbol)
{
	return symbol && symbol < 0x80 && strchr("aeiouy", (char)symbol);
}

void walk_piece(struct walk_word *d)
{
	if (!d->piece)
		return;
	d->pieces++;
	d->longs += d->piece > 1;
	d->longer += d->piece > 2;
	d->numbers += d->plain == 0;
	d->piece = d->plain = 0;
}

static bool digit_at(const struct walk *w, size_t unit)
{
	return w->strip->unit[unit].glyph->flags & GLYPH_DIGIT;
}

/* "1st", "22nd"; "i18n", "L10N": no letters in disguise. */
static bool numeral(const struct walk *w, size_t first, size_t last)
{
	static const char *const ends[] = {"st", "nd", "rd", "th"};
	size_t i = first;

	while (i < last && digit_at(w, i))
		i++;
	for (size_t k = 0; i > first && last - i == 2 &&
			   k < sizeof(ends) / sizeof(*ends);
	     k++) {
		if (symbol_at(w, i) == (uint32_t)ends[k][0] &&
		    symbol_at(w, i + 1) == (uint32_t)ends[k][1])
			return true;
	}
	for (i = first + 1; i < last && digit_at(w, i);)
		i++;
	return i > first + 2 && i + 1 == last;
}

/* Whether digits and signs stand for letters: there are enough of these, and
 * no number stands apart. */
static bool spelt(const struct walk *w, const struct walk_word *d, size_t last)
{
	if (!d->digits)
		return true;
	if (d->letters < 2 || d->letters * 2 < d->digits ||
	    numeral(w, d->first, last))
		return false;
	if (d->letters + d->digits < LONG &&
	    (d->digits > 1 || (d->longs && d->signs)))
		return false;
	return !d->longs || (!d->numbers && !d->blanks);
}

/* Letters apart from one another by blanks: one by one or in twos, or with one
 * piece among them that is longer. */
static bool spaced(const struct walk_word *d)
{
	if (!d->blanks)
		return true;
	if (d->pieces < 3)
		return false;
	return d->longs == 0 ||
	    (d->letters + d->digits >= LONG && d->blanks > 1 &&
		(d->longs == 1 || d->longer == 0));
}

bool walk_word_holds(
    const struct walk *w, const struct walk_word *word, size_t last)
{
	struct walk_word d = *word;
	bool plain = !d.digits && !d.signs && !d.blanks && !d.places;

	walk_piece(&d);
	if (plain)
		return true;
	if (d.letters + d.digits < SHORT)
		return false;
	if (d.places == 1 && !d.thrice && !(d.odd && d.letters > LONG))
		return false;
	return spelt(w, &d, last) && spaced(&d);
}

/* A letter that is doubled as spelling does it: "filling" for "filing". */
static bool natural(const struct walk *w, size_t unit)
{
	uint32_t c = symbol_at(w, unit), after = symbol_at(w, unit + 1);
	uint32_t before = unit > 1 ? symbol_at(w, unit - 2) : 0;

	if (c < 'a' || c > 'z' || c == 'e' || c == 'o')
		return true;
	return !vowel(c) && (!after || (vowel(before) && vowel(after)));
}

void walk_again(
    const struct walk *w, struct walk_word *d, size_t unit, size_t run)
{
	d->thrice = d->thrice || run >= RUN;
	d->odd = d->odd || !natural(w, unit);
}

static bool ascii_at(const struct walk *w, size_t unit, char from, char to)
{
	const struct strip *s = w->strip;
	char c;

	if (unit >= s->count || s->unit[unit].glyph->kind != GLYPH_LETTER)
		return false;
	c = s->text.p[s->unit[unit].from];
	return c >= from && c <= to;
}

/* Small l is read as capital I where a capital is expected, capital I as small
 * l among small letters. */
static bool case_holds(const struct walk *w, size_t i)
{
	bool capital = ascii_at(w, i, 'I', 'I');
	char from = capital ? 'a' : 'A', to = capital ? 'z' : 'Z';

	return (!capital && strip_edge(w->strip, i)) ||
	    (i > 0 && ascii_at(w, i - 1, from, to)) ||
	    ascii_at(w, i + 1, from, to);
}

bool walk_may_read(const struct walk *w, size_t i,
    const struct glyph_reading *r)
{
	const struct glyph *g = w->strip->unit[i].glyph;

	if (r->how == READ_CASE)
		return case_holds(w, i);
	if (r->how == READ_LOOSE)
		return w->foreign;
	if (r->how != READ_DIGIT || g->kind == GLYPH_LETTER)
		return true;
	/* A sign at the end of a word is one, but for a few. */
	if (strip_is_letter(w->strip, i + 1) ||
	    (i + 1 < w->strip->count &&
		w->strip->unit[i + 1].glyph->kind == GLYPH_SIGN &&
		w->strip->unit[i + 1].glyph->readings))
		return true;
	return i > 0 && strchr("$@+", w->strip->text.p[w->strip->unit[i].from]);
}

static bool apostrophe(const struct walk *w, size_t i)
{
	uint32_t c = strip_point(w->strip, i);

	return c == '\'' || c == 0x2019 || c == 0x2bc;
}

/* "we'll", "it's", "l'une": two words, as they are spelt. */
static bool contracted(
    const struct walk *w, size_t from, size_t to, const struct walk_word *d)
{
	static const char *const ends[] = {
	    "s", "t", "d", "m", "ll", "re", "ve"};
	uint32_t before = symbol_at(w, from - 1), one = symbol_at(w, to);
	uint32_t two = symbol_at(w, to + 1);
	size_t n = !two ? 1 : !symbol_at(w, to + 2) ? 2 : 0;

	if (d->piece == 1)
		return before && before < 0x80 && two &&
		    strchr("ldjcsnmto", (char)before);
	for (size_t i = 0; n && i < sizeof(ends) / sizeof(*ends); i++) {
		if (strlen(ends[i]) == n && one == (uint32_t)ends[i][0] &&
		    (n == 1 || two == (uint32_t)ends[i][1]))
			return true;
	}
	return false;
}

bool walk_may_join(
    const struct walk *w, size_t from, size_t to, const struct walk_word *d)
{
	enum { SIGNS_MAX = 8 };

	if (to - from > SIGNS_MAX)
		return false;
	return to - from != 1 || from == 0 || !apostrophe(w, from) ||
	    !contracted(w, from, to, d);
}

bool walk_script_holds(
    const struct walk *w, uint32_t whole, uint32_t small, uint32_t entry)
{
	uint32_t foreign = entry ? whole & ~entry : 0;
	unsigned own = 0, other = 0;

	if (!foreign)
		return true;
	for (unsigned i = GLYPH_LATIN; i < GLYPH_SCRIPTS; i++) {
		if (foreign >> i & 1)
			own += w->words[i];
		else if (entry >> i & 1)
			other += w->words[i];
	}
	return small & foreign ? other > own : own <= other || own == 0;
}
