/* SPDX-License-Identifier: ISC */
/* Going through texts for what can be read in them. */
#include "lexicon/resembles-internal.h"

#include "lexicon/base64.h"

enum { BESIDE = 512, SKELETON_TIMES = 4, SKELETON_MORE = 4096 };

struct scanning {
	struct resembles *r;
	long set;
	void (*found)(
	    void *context, const struct sight *, size_t at, size_t len);
	void *context;
	struct span run;     /* in base64; .p NULL: the text itself */
	const char *text;    /* where that begins */
	const struct span *joined; /* texts one after another, instead */
	size_t count;
	void (*met)(
	    void *context, const struct sight *, const struct joint *);
};

/* Which of the texts, one after another, a byte is in; in *at its place. */
static size_t part_of(const struct scanning *c, size_t *at)
{
	size_t i = 0;

	while (i + 1 < c->count && *at >= c->joined[i].n)
		*at -= c->joined[i++].n;
	return i;
}

static void tell_joined(const struct scanning *c, const struct sight *s)
{
	size_t from = (size_t)(s->bytes.p - s->strip->text.p);
	size_t last = from + s->bytes.n - 1;
	struct joint j;

	j.first = part_of(c, &from);
	j.last = part_of(c, &last);
	j.from = from;
	j.to = last + 1;
	if (j.first < j.last)
		c->met(c->context, s, &j);
}

static void tell(const struct scanning *c, const struct sight *s)
{
	if (!s->bytes.n)
		return;
	if (c->joined)
		tell_joined(c, s);
	else if (c->run.p)
		c->found(c->context, s, (size_t)(c->run.p - c->text),
		    c->run.n);
	else
		c->found(c->context, s, (size_t)(s->bytes.p - c->text),
		    s->bytes.n);
}

static void met_word(void *context, const struct walk_found *f)
{
	const struct scanning *c = context;
	const struct strip *strip = &c->r->strip;
	struct walk_found whole = *f;
	struct sight s = {.set = f->end->set,
	    .strip = strip,
	    .walk = &c->r->walk,
	    .found = f,
	    .read = f->end->entry,
	    .base64 = c->run.p};

	if (c->set >= 0 && (size_t)c->set != s.set)
		return;
	while (f->end->open && !strip_edge(strip, whole.last))
		whole.last++;
	s.bytes = strip_bytes(strip, whole.first, whole.last);
	tell(c, &s);
}

static bool words(struct scanning *c, size_t from, size_t to)
{
	struct walk *w = &c->r->walk;

	w->spell = &c->r->spell;
	w->glyphs = c->r->glyphs;
	w->strip = &c->r->strip;
	w->found = met_word;
	w->context = c;
	return walk_strip(w, from, to);
}

static void met_skeleton(void *context, size_t at, size_t len)
{
	const struct scanning *c = context;
	const struct skeleton *k = &c->r->skeleton;
	struct sight s = {.set = (size_t)c->set,
	    .strip = &c->r->strip,
	    .read = {k->out.data + at, len},
	    .base64 = c->run.p};
	size_t first = k->unit[at], last = k->unit[at + len - 1] + 1;

	while (first < last && !s.strip->unit[first].to)
		first++;
	s.bytes = strip_bytes(s.strip, first, last);
	tell(c, &s);
}

/* The set's regular expressions on each text that the strip can be. */
static bool expressions(struct scanning *c)
{
	struct resembles *r = c->r;
	size_t most = SKELETON_TIMES * r->strip.text.n + SKELETON_MORE;
	bool good = true;
	unsigned ways = 0;

	for (unsigned how = 0; how < SKELETONS; how++) {
		if ((how & ways) != how)
			continue;
		skeleton_make(&r->skeleton, &r->strip, r->glyphs, how);
		if (how == 0)
			ways = r->skeleton.ways;
		if (r->skeleton.out.len > most)
			return false;
		good &= lexicon_scan(r->lexicon, (size_t)c->set,
			    LEXICON_EXPRESSIONS, buf_span(&r->skeleton.out),
			    met_skeleton, c) == 0;
	}
	return good;
}

static bool strip_for(struct scanning *c, struct span text)
{
	struct resembles *r = c->r;
	bool good;

	strip_make(&r->strip, r->glyphs, text, NULL, 0);
	good = words(c, 0, r->strip.count);
	if (c->set >= 0 && lexicon_expressions(r->lexicon, (size_t)c->set))
		good &= expressions(c);
	return good;
}

static void met_plain(void *context, size_t at, size_t len)
{
	const struct scanning *c = context;
	struct sight s = {.set = (size_t)c->set,
	    .strip = &c->r->strip,
	    .base64 = c->run.p};

	s.bytes = s.read =
	    (struct span){c->r->strip.text.p + at, len};
	tell(c, &s);
}

/* What stands in base64, for a lexicon's eyes too. */
static bool hidden(struct scanning *c, struct span text)
{
	struct resembles *r = c->r;
	size_t at = 0, len = 0;
	bool good = true;

	for (; base64_next(text, &at, &len, &r->decoded); at += len) {
		r->hides = true;
		c->run = (struct span){text.p + at, len};
		good &= strip_for(c, buf_span(&r->decoded));
		if (c->set >= 0)
			good &= lexicon_scan(r->lexicon, (size_t)c->set,
				    LEXICON_WORDS | LEXICON_EXPRESSIONS |
					LEXICON_COMPAT,
				    buf_span(&r->decoded), met_plain, c) == 0;
	}
	c->run.p = NULL;
	return good;
}

bool resembles_scan(struct resembles *r, long set, struct span text,
    void (*found)(void *context, const struct sight *, size_t at, size_t len),
    void *context)
{
	struct scanning c = {.r = r,
	    .set = set,
	    .found = found,
	    .context = context,
	    .text = text.p};
	bool good = strip_for(&c, text);

	return hidden(&c, text) && good;
}

/* Put the texts one behind the other, with where each but the first begins
 * behind them. */
static size_t *concatenate(struct buf *b, const struct span *text, size_t count)
{
	size_t bytes = 0, room = count * sizeof(size_t), *seam;

	buf_reset(b);
	for (size_t i = 0; i < count; i++)
		bytes += text[i].n;
	buf_room(b, bytes + room + sizeof(size_t));
	for (size_t i = 0; i < count; i++)
		buf_addspan(b, text[i]);
	bytes = (bytes + sizeof(size_t) - 1) / sizeof(size_t);
	seam = (size_t *)(void *)b->data + bytes;
	for (size_t i = 0, at = 0; i + 1 < count; i++)
		seam[i] = at += text[i].n;
	return seam;
}

bool resembles_join(struct resembles *r, long set, const struct span *text,
    size_t count,
    void (*found)(void *context, const struct sight *, const struct joint *),
    void *context)
{
	struct scanning c = {.r = r,
	    .set = set,
	    .context = context,
	    .joined = text,
	    .count = count,
	    .met = found};
	const size_t *seam = concatenate(&r->joined, text, count);
	const struct strip *s = &r->strip;
	bool good = true;

	strip_make(&r->strip, r->glyphs, buf_span(&r->joined), seam, count - 1);
	for (size_t i = 0, done = 0; i < s->count; i++) {
		size_t from = i > BESIDE ? i - BESIDE : 0;

		if (s->unit[i].glyph->kind != GLYPH_SEAM)
			continue;
		good &= words(&c, from > done ? from : done, i);
		done = i;
	}
	if (set < 0 || !lexicon_expressions(r->lexicon, (size_t)set))
		return good;
	good &= expressions(&c);
	return lexicon_scan(r->lexicon, (size_t)set, LEXICON_EXPRESSIONS,
		   buf_span(&r->joined), met_plain, &c) == 0 &&
	    good;
}
