/* SPDX-License-Identifier: ISC */
/* Texts asked about what can be read in them. */
#include "lexicon/resembles-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FOUND = 1, TRIED = 2 }; /* and of the set more: unsure, looked */

struct resembles *resembles_new(struct lexicon *l)
{
	struct resembles *r = mem_zalloc(sizeof(*r));

	r->lexicon = l;
	r->glyphs = glyphs_new();
	return r;
}

void resembles_free(struct resembles *r)
{
	if (!r)
		return;
	spell_release(&r->spell);
	strip_release(&r->strip);
	walk_release(&r->walk);
	skeleton_release(&r->skeleton);
	buf_release(&r->decoded);
	buf_release(&r->joined);
	glyphs_free(r->glyphs);
	free(r->uses);
	free(r->known);
	free(r);
}

void resembles_add(struct resembles *r, size_t set, struct span entry)
{
	if (set >= r->sets) {
		r->uses = mem_resize(r->uses, set + 1, sizeof(*r->uses));
		while (r->sets <= set)
			r->uses[r->sets++] = false;
	}
	r->uses[set] = true;
	if (entry.p[0] != '/' && !span_starts(entry, "[:"))
		(void)spell_add(&r->spell, r->glyphs, set, entry);
}

void resembles_begin(struct resembles *r, const struct texts *t,
    const size_t *part, size_t parts)
{
	r->texts = t;
	r->part = part;
	r->parts = parts;
	r->cleared = r->joins = r->hides = false;
}

static unsigned char get(const struct resembles *r, size_t text, size_t set)
{
	size_t cell = text * (r->sets + 1) + set;

	return r->known[cell / 4] >> cell % 4 * 2 & 3;
}

static void put(struct resembles *r, size_t text, size_t set, unsigned what)
{
	size_t cell = text * (r->sets + 1) + set;

	r->known[cell / 4] |= (unsigned char)(what << cell % 4 * 2);
}

static void clear(struct resembles *r)
{
	size_t need = r->texts->count * (r->sets + 1) / 4 + 1;

	if (need > r->known_cap) {
		r->known = mem_resize(r->known, need, 1);
		r->known_cap = need;
	}
	memset(r->known, 0, need);
	r->cleared = true;
}

struct marking {
	struct resembles *r;
	size_t text;
};

static void mark(
    void *context, const struct sight *s, size_t at, size_t len)
{
	const struct marking *m = context;

	(void)at;
	(void)len;
	put(m->r, m->text, s->set, FOUND);
}

static void mark_joint(
    void *context, const struct sight *s, const struct joint *j)
{
	const struct marking *m = context;

	for (size_t i = j->first; i <= j->last; i++)
		put(m->r, m->r->part[i], s->set, FOUND);
}

static struct span *part_texts(const struct resembles *r)
{
	struct span *text = mem_resize(NULL, r->parts, sizeof(*text));

	for (size_t i = 0; i < r->parts; i++)
		text[i] = texts_at(r->texts, r->part[i]);
	return text;
}

/* The parts of the message together, for all sets' words or for one set. */
static bool join(struct resembles *r, long set,
    void (*found)(void *context, const struct sight *, const struct joint *),
    void *context)
{
	struct span *text;
	bool good;

	if (r->parts < 2)
		return true;
	text = part_texts(r);
	good = resembles_join(r, set, text, r->parts, found, context);
	free(text);
	return good;
}

static void look(struct resembles *r, size_t text)
{
	struct marking m = {r, text};

	if (!r->joins) {
		r->joins = true;
		if (!join(r, ALL_SETS, mark_joint, &m)) {
			for (size_t i = 0; i < r->parts; i++)
				put(r, r->part[i], r->sets, FOUND);
		}
	}
	put(r, text, r->sets, TRIED);
	if (!resembles_scan(
		r, ALL_SETS, texts_at(r->texts, text), mark, &m))
		put(r, text, r->sets, FOUND);
}

/* What words do not do: expressions, and all that stands in base64. */
static void try_set(struct resembles *r, size_t set, size_t text)
{
	struct marking m = {r, text};

	put(r, text, set, TRIED);
	if (!resembles_scan(
		r, (long)set, texts_at(r->texts, text), mark, &m) ||
	    (lexicon_expressions(r->lexicon, set) &&
		!join(r, (long)set, mark_joint, &m)))
		put(r, text, r->sets, FOUND);
}

int resembles_has(struct resembles *r, size_t set, size_t text)
{
	if (!r->texts || text >= r->texts->count || set >= r->sets ||
	    !r->uses[set])
		return 0;
	if (!r->cleared)
		clear(r);
	if (!(get(r, text, r->sets) & TRIED))
		look(r, text);
	if (!(get(r, text, set) & (FOUND | TRIED)) &&
	    (lexicon_expressions(r->lexicon, set) || r->hides))
		try_set(r, set, text);
	if (get(r, text, set) & FOUND)
		return 1;
	return get(r, text, r->sets) & FOUND ? -1 : 0;
}

struct cutting {
	struct resembles *r;
	struct cuts *cuts;
	size_t text;
};

static void cut(void *context, const struct sight *s, size_t at, size_t len)
{
	const struct cutting *c = context;

	(void)s;
	cuts_add(c->cuts, (struct cut){c->text, at, len});
}

static void cut_joint(
    void *context, const struct sight *s, const struct joint *j)
{
	const struct cutting *c = context;

	(void)s;
	for (size_t i = j->first; i <= j->last; i++) {
		size_t text = c->r->part[i];
		size_t from = i == j->first ? j->from : 0;
		size_t to =
		    i == j->last ? j->to : texts_at(c->r->texts, text).n;

		cuts_add(c->cuts, (struct cut){text, from, to - from});
	}
}

int resembles_cuts(struct resembles *r, size_t set, struct cuts *cuts)
{
	struct cutting c = {r, cuts, 0};
	bool good = true;

	for (; r->texts && c.text < r->texts->count; c.text++)
		good &= resembles_scan(r, (long)set,
		    texts_at(r->texts, c.text), cut, &c);
	return join(r, (long)set, cut_joint, &c) && good ? 0 : -1;
}

struct telling {
	struct resembles *r;
	struct buf *seen, *steps;
	int indent;
	bool told;
	size_t part; /* of a joint: the text asked for, or SIZE_MAX */
};

static void tell(void *context, const struct sight *s, size_t at, size_t len)
{
	struct telling *t = context;

	(void)at;
	(void)len;
	if (t->told)
		return;
	t->told = true;
	resembles_seen(t->seen, s);
	if (t->steps)
		resembles_steps(t->r, t->steps, s, t->indent);
}

static void tell_joint(
    void *context, const struct sight *s, const struct joint *j)
{
	struct telling *t = context;
	bool asked = t->part == SIZE_MAX;

	for (size_t i = j->first; i <= j->last; i++)
		asked = asked || t->r->part[i] == t->part;
	if (asked)
		tell(t, s, 0, 0);
}

bool resembles_tell(struct resembles *r, size_t set, size_t text,
    struct buf *seen, struct buf *steps, int indent)
{
	struct telling t = {r, seen, steps, indent, false, text};

	for (size_t i = 0; i < r->texts->count && !t.told; i++) {
		if (text == SIZE_MAX || text == i)
			(void)resembles_scan(r, (long)set,
			    texts_at(r->texts, i), tell, &t);
	}
	if (!t.told)
		(void)join(r, (long)set, tell_joint, &t);
	return t.told;
}
