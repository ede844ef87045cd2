/* SPDX-License-Identifier: ISC */
/* The walk through strip and tree, from each place where a word may begin. */
#include "lexicon/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Where a way stands. */
struct way {
	size_t at; /* the next unit */
	uint32_t node;
	const struct glyph_reading *last; /* the letter before, ... */
	size_t run;			  /* ... and how often it stands */
	size_t depth;
	bool again;			  /* once more than it is spelt */
	uint32_t whole, small; /* scripts of the words before, of those that
				* are all of one */
	struct walk_word word;
};

enum { DEPTH_MAX = 2048, AGAIN_MAX = 16 };

static void go(struct walk *w, struct way y);

/* Count words that can only be of one script. */
static void count_words(struct walk *w)
{
	const struct strip *s = w->strip;
	uint32_t seen = 0, scripts = 0;

	memset(w->words, 0, sizeof(w->words));
	for (size_t i = 0; i < s->count; i++) {
		const struct glyph *g = s->unit[i].glyph;

		if (g->kind != GLYPH_LETTER)
			seen = 0;
		scripts |= UINT32_C(1) << g->script;
		if (g->flags & GLYPH_DISTINCT && g->script &&
		    !(seen >> g->script & 1)) {
			w->words[g->script]++;
			seen |= UINT32_C(1) << g->script;
		}
	}
	/* Without Latin letters all is as it seems. */
	w->foreign = scripts >> GLYPH_LATIN & 1 && scripts >> GLYPH_LATIN > 1;
}

/* Settle what scripts the word is of, and whether it is one. */
static bool end_word(struct walk *w, struct way *y)
{
	const struct walk_word *d = &y->word;

	if (!walk_word_holds(w, d, y->at))
		return false;
	if (!d->scripts || d->scripts & (d->scripts - 1))
		return true;
	y->whole |= d->scripts;
	if (d->small)
		y->small |= d->scripts;
	return !d->loose;
}

static void report(struct walk *w, struct way y)
{
	const struct spell *s = w->spell;
	bool edge = strip_edge(w->strip, y.at);
	uint32_t end = s->node[y.node].ends;

	/* Not once more behind what follows the last letter. */
	if (end == SPELL_NONE || !y.word.piece || !end_word(w, &y))
		return;
	for (; end != SPELL_NONE; end = s->end[end].next) {
		const struct spell_end *e = &s->end[end];
		struct walk_found f = {e, w->first, y.at};

		if ((!edge && !e->open) ||
		    !walk_script_holds(w, y.whole, y.small, e->scripts))
			continue;
		w->found(w->context, &f);
	}
}

/* Take the unit for the letter of that reading. */
static bool take(struct walk *w, struct way *y, unsigned number)
{
	const struct glyph *g = w->strip->unit[y->at].glyph;
	const struct glyph_reading *r = &g->reading[number];
	uint32_t node = spell_read(w->spell, w->glyphs, y->node, r);

	if (node == SPELL_NONE)
		return false;
	y->run = y->last && y->last->at == r->at && y->last->len == r->len
		     ? y->run + 1
		     : 1;
	y->again = false;
	y->node = node;
	y->last = r;
	w->taken[y->at] = (unsigned char)number;
	y->word.piece++;
	if (r->how == READ_DIGIT) {
		y->word.digits++;
	} else if (!(g->flags & GLYPH_DIGIT)) {
		y->word.letters++;
		y->word.plain++;
		if (g->script)
			y->word.scripts |= UINT32_C(1) << g->script;
		y->word.loose |= r->how == READ_LOOSE;
		y->word.small |=
		    g->flags & GLYPH_SMALL && g->script != GLYPH_LATIN;
	}
	y->at++;
	return true;
}

static bool same_letter(
    const struct glyph *g, const struct glyph_reading *last)
{
	for (unsigned i = 0; last && i < g->readings; i++) {
		if (g->reading[i].at == last->at &&
		    g->reading[i].len == last->len)
			return true;
	}
	return false;
}

/* Take the letters here for the one before once more, all of them: those that
 * the entry has were taken already. */
static bool take_again(struct walk *w, struct way *y)
{
	const struct strip *s = w->strip;
	size_t from = y->at;

	if (y->run > AGAIN_MAX)
		return false;
	while (strip_is_letter(s, y->at) && y->run < UINT16_MAX &&
	    same_letter(s->unit[y->at].glyph, y->last)) {
		w->taken[y->at] = WALK_AGAIN;
		y->run++;
		if (!y->again)
			y->word.places++;
		y->again = true;
		walk_again(w, &y->word, y->at, y->run);
		y->at++;
		w->steps++;
	}
	return y->at > from;
}

static void letter(struct walk *w, const struct way *y)
{
	const struct glyph *g = w->strip->unit[y->at].glyph;

	struct way more = *y;

	for (unsigned i = 0; i < g->readings; i++) {
		struct way next = *y;

		if (i && !walk_may_read(w, y->at, &g->reading[i]))
			continue;
		if (g->kind == GLYPH_SIGN &&
		    !walk_may_read(w, y->at, &g->reading[i]))
			continue;
		if (take(w, &next, i))
			go(w, next);
	}
	if (take_again(w, &more))
		go(w, more);
}

/* The entry goes on with its next word, if it has one. */
static void next_word(struct walk *w, struct way y, size_t at)
{
	uint32_t node = spell_go(w->spell, y.node, SPELL_GAP);

	if (node == SPELL_NONE || !end_word(w, &y))
		return;
	for (size_t i = y.at; i < at; i++)
		w->taken[i] = WALK_OVER;
	y.at = at;
	y.node = node;
	y.last = NULL;
	y.word = (struct walk_word){.first = (uint32_t)at};
	go(w, y);
}

static void over_gap(struct walk *w, struct way y, size_t to, bool blank)
{
	next_word(w, y, to);
	if (!blank && !walk_may_join(w, y.at, to, &y.word))
		return;
	walk_piece(&y.word);
	if (y.word.longer > 1 && blank)
		return;
	y.word.blanks += blank;
	y.word.signs += !blank;
	for (size_t i = y.at; i < to; i++)
		w->taken[i] = WALK_OVER;
	y.at = to;
	go(w, y);
}

static bool at_seam(const struct strip *s, size_t i)
{
	return i < s->count && s->unit[i].glyph->kind == GLYPH_SEAM;
}

static void gap(struct walk *w, const struct way *y)
{
	const struct strip *s = w->strip;
	size_t to = y->at;
	bool blank = false, beside = y->at && at_seam(s, y->at - 1);

	for (; to < s->count; to++) {
		unsigned char kind = s->unit[to].glyph->kind;

		if (kind != GLYPH_BLANK && kind != GLYPH_SIGN)
			break;
		blank = blank || kind == GLYPH_BLANK;
		if (to > y->at && s->unit[to].glyph->readings &&
		    strip_is_letter(s, to + 1)) {
			w->steps++;
			over_gap(w, *y, to, blank);
		}
	}
	w->steps += to - y->at;
	/* What is around a text's words is not part of it. */
	beside = beside || at_seam(s, to);
	if (to < s->count)
		over_gap(w, *y, to, blank && !beside);
}

/* Two texts go on one in the other, or not. */
static void seam(struct walk *w, struct way y)
{
	next_word(w, y, y.at + 1);
	w->taken[y.at++] = WALK_OVER;
	go(w, y);
}

static size_t most(const struct strip *s)
{
	return WALK_STEPS * s->count + WALK_MORE;
}

/* Only a text made for it goes on so deep, with a letter again and again and
 * signs between. */
static void go(struct walk *w, struct way y)
{
	const struct strip *s = w->strip;

	if (++y.depth > DEPTH_MAX)
		w->steps = most(s);
	if (++w->steps > most(s))
		return;
	report(w, y);
	if (y.at == s->count || !(w->spell->node[y.node].letters ||
				    w->spell->node[y.node].others ||
				    w->spell->node[y.node].gap || y.last))
		return;
	switch (s->unit[y.at].glyph->kind) {
	case GLYPH_SEAM:
		seam(w, y);
		break;
	case GLYPH_BLANK:
		gap(w, &y);
		break;
	case GLYPH_SIGN:
		if (s->unit[y.at].glyph->readings)
			letter(w, &y);
		gap(w, &y);
		break;
	default:
		if (y.last)
			next_word(w, y, y.at);
		letter(w, &y);
	}
}

static bool begins(const struct walk *w, size_t i)
{
	const struct strip *s = w->strip;
	const struct glyph *g = s->unit[i].glyph;

	if (strip_is_letter(s, i))
		return strip_edge(s, i);
	return g->kind == GLYPH_SIGN && g->readings &&
	    !strip_is_letter(s, i - (i > 0)) && strip_is_letter(s, i + 1);
}

bool walk_strip(struct walk *w, size_t from, size_t to)
{
	const struct strip *s = w->strip;

	if (!w->spell->nodes)
		return true;
	if (w->taken_cap < s->count) {
		w->taken_cap = s->cap;
		w->taken = mem_resize(w->taken, w->taken_cap, 1);
	}
	w->steps = 0;
	w->foreign = false;
	if (s->wide || w->spell->foreign)
		count_words(w);
	for (size_t i = from; i < to && i < s->count; i++) {
		if (!begins(w, i))
			continue;
		w->first = i;
		letter(w,
		    &(struct way){.at = i,
			.node = SPELL_ROOT,
			.word = {.first = (uint32_t)i}});
	}
	return w->steps <= most(s);
}

void walk_release(struct walk *w)
{
	free(w->taken);
	w->taken = NULL;
	w->taken_cap = 0;
}
