/* SPDX-License-Identifier: ISC */
/* Conditions on stanzas. */
#include "journal/search-internal.h"

#include "record/inner.h"

bool search_is_value(const struct values *v, struct span s)
{
	for (size_t i = 0; i < v->count; i++) {
		if (s.p && span_same(s, buf_span(&v->item[i])))
			return true;
	}
	return false;
}

/* Read what is not just fields; false if it cannot be. */
static bool read_trees(struct search *s, const struct record *r)
{
	struct span original = r->field[RECORD_ORIGINAL];

	if (s->read)
		return !s->broken;
	s->read = true;
	s->trees = record_absent(r, RECORD_ORIGINAL) ? 1 : 2;
	s->broken = stanza_read(&s->tree[0], r->field[RECORD_STANZA]) ||
	    (s->trees == 2 && stanza_read(&s->tree[1], original));
	return !s->broken;
}

/* The fields of stanza and original, as they stand. */
static struct span both(const struct record *r)
{
	struct span stanza = r->field[RECORD_STANZA],
		    original = r->field[RECORD_ORIGINAL];

	return (struct span){stanza.p,
	    (size_t)(original.p + original.n - stanza.p)};
}

static bool is_attribute(struct search *s, const struct values *v,
    const char *name)
{
	struct span value = stanza_get(&s->tree[0], 0, name);

	buf_reset(&s->chars);
	stanza_unescape(&s->chars, value);
	return value.p && search_is_value(v, buf_span(&s->chars));
}

enum search_finding search_has_id(struct search *s, enum search_key k,
    const struct record *r)
{
	const struct values *v = &s->values[k];

	if (search_is_value(v, r->field[RECORD_ID]))
		return SEARCH_YES;
	if (!read_trees(s, r))
		return SEARCH_BROKEN;
	if (is_attribute(s, v, "id") ||
	    (r->event > EVENT_RECV && record_fits(r->event, &s->tree[0]) &&
		is_attribute(s, v, "ref")))
		return SEARCH_YES;
	return SEARCH_NO;
}

static void collect(struct search *s, const struct record *r)
{
	for (size_t i = 0; i < s->trees && !s->collected; i++)
		participants_collect(&s->participants[i], &s->tree[i],
		    r->event);
	s->collected = true;
}

static bool takes_part(struct search *s, struct span meant, unsigned sides)
{
	for (size_t i = 0; i < s->trees; i++) {
		if (participants_have(&s->participants[i], meant, sides))
			return true;
	}
	return false;
}

enum search_finding search_has_jid(struct search *s, enum search_key k,
    const struct record *r)
{
	static const unsigned from = 1u << PARTICIPANTS_FROM,
	    to = 1u << PARTICIPANTS_TO;
	unsigned sides = k == SEARCH_FROM ? from
	    : k == SEARCH_TO		  ? to
					  : from | to;
	bool all = k == SEARCH_WITH, yes = all;

	if (!read_trees(s, r))
		return SEARCH_BROKEN;
	if (all && !sieve_may(&s->people, both(r)))
		return SEARCH_NO;
	collect(s, r);
	for (size_t i = 0; i < s->values[k].count && yes == all; i++)
		yes = takes_part(s, buf_span(&s->values[k].item[i]), sides);
	return yes ? SEARCH_YES : SEARCH_NO;
}

/* Whether a tree holds what pattern number set looks for. */
static enum search_finding says(struct search *s, const struct stanza *tree,
    size_t set)
{
	enum search_finding found = SEARCH_NO;

	texts_collect(&s->texts, tree);
	lexicon_begin(s->lexicon, &s->texts);
	for (size_t i = 0; i < s->texts.count; i++) {
		int has = lexicon_has(s->lexicon, set, i);

		if (has > 0)
			return SEARCH_YES;
		if (has < 0)
			found = SEARCH_UNSURE;
	}
	return found;
}

enum search_finding search_has_text(struct search *s, enum search_key k,
    const struct record *r)
{
	enum search_finding all = SEARCH_YES;

	if (!read_trees(s, r))
		return SEARCH_BROKEN;
	if (!sieve_may(&s->words, both(r)))
		return SEARCH_NO;
	for (size_t set = 0; set < s->values[k].count; set++) {
		enum search_finding found = says(s, &s->tree[0], set);

		if (found != SEARCH_YES && s->trees == 2) {
			enum search_finding was = says(s, &s->tree[1], set);

			found = was == SEARCH_NO ? found : was;
		}
		if (found == SEARCH_NO)
			return SEARCH_NO;
		if (found == SEARCH_UNSURE)
			all = SEARCH_UNSURE;
	}
	return all;
}

enum search_finding search_has_words(struct search *s, enum search_key k,
    const struct record *r)
{
	(void)k;
	if (!read_trees(s, r))
		return SEARCH_BROKEN;
	for (size_t i = 0; i < s->trees; i++) {
		if (inner_has_words(&s->tree[i]))
			return SEARCH_YES;
	}
	return SEARCH_NO;
}
