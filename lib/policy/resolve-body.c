/* SPDX-License-Identifier: ISC */
/* The words, likenesses and recognisers that conditions on a body name. */
#include <stdlib.h>

#include "base/mem.h"
#include "lexicon/recognise.h"
#include "policy/judge.h"
#include "policy/resolve.h"

static void add_words(struct policy *p, size_t set, const struct entry *e)
{
	const char *why = lexicon_add(p->lexicon, set, e->text);

	if (why)
		policy_refuse(p, e, why);
}

/* Words are found with or without a '#', but what begins with one is a
 * comment. */
static void warn_hashed(struct policy *p, const struct policy_table *t)
{
	for (size_t i = 0; i < t->hashed.count; i++) {
		const struct entry *e = &t->hashed.entry[i];
		struct span shown = span_cut(e->text);

		while (shown.n && strchr(" \t\r", shown.p[shown.n - 1]))
			shown.n--;
		policy_warn(p, e->place,
		    "'%.*s' is a comment, as it begins with '#'",
		    SPAN_ARG(shown));
	}
}

static size_t words_of(struct policy *p, struct policy_table *t)
{
	if (t->has_words)
		return t->words;
	t->has_words = true;
	warn_hashed(p, t);
	t->words = lexicon_set(p->lexicon);
	for (size_t i = 0; i < t->entries.count; i++) {
		if (!t->entries.entry[i].is_table)
			add_words(p, t->words, &t->entries.entry[i]);
	}
	return t->words;
}

static void resemble(struct policy *p, size_t set, const struct entry *e)
{
	if (!p->resembles)
		p->resembles = resembles_new(p->lexicon);
	resembles_add(p->resembles, set, e->text);
}

static void resemble_table(struct policy *p, struct policy_table *t)
{
	if (t->resembles)
		return;
	t->resembles = true;
	for (size_t i = 0; i < t->entries.count; i++) {
		if (!t->entries.entry[i].is_table)
			resemble(p, t->words, &t->entries.entry[i]);
	}
}

static void resemble_all(struct policy *p, const struct condition *c,
    const struct table_list *list)
{
	if (c->across && !p->across)
		p->across = across_new();
	for (size_t i = 0; i < list->count; i++)
		resemble_table(p, list->table[i]);
	for (size_t i = 0; i < c->entries.count; i++) {
		if (!c->entries.entry[i].is_table)
			resemble(p, c->sets[0], &c->entries.entry[i]);
	}
}

static void resolve_words(
    struct policy *p, const struct named *names, struct condition *c)
{
	struct table_list list = {NULL, 0};
	bool own = list_tables(p, names, &c->entries, &list);

	c->sets = mem_alloc((list.count + 1) * sizeof(*c->sets));
	if (own)
		c->sets[c->count++] = lexicon_set(p->lexicon);
	for (size_t i = 0; i < list.count; i++)
		c->sets[c->count++] = words_of(p, list.table[i]);
	for (size_t i = 0; i < c->entries.count; i++) {
		if (!c->entries.entry[i].is_table)
			add_words(p, c->sets[0], &c->entries.entry[i]);
	}
	if (c->how == BODY_RESEMBLES && !p->faults)
		resemble_all(p, c, &list);
	free(list.table);
}

static void add_recogniser(struct policy *p, size_t set, const struct entry *e)
{
	struct span name = e->text;
	const char *why;

	if (span_starts(name, "[:") && span_ends(name, ":]") && name.n > 4)
		name = (struct span){name.p + 2, name.n - 4};
	why = lexicon_recognise(p->lexicon, set, name);
	if (why)
		policy_refuse(p, e, why);
}

/* What a table of names of recognisers, or a name itself, stands for. */
static void resolve_has(
    struct policy *p, const struct named *names, struct condition *c)
{
	struct table_list list = {NULL, 0};
	size_t set = lexicon_set(p->lexicon);

	c->sets = mem_alloc(sizeof(*c->sets));
	c->sets[c->count++] = set;
	(void)list_tables(p, names, &c->entries, &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct entries *in = &list.table[i]->entries;

		for (size_t k = 0; k < in->count; k++) {
			if (!in->entry[k].is_table)
				add_recogniser(p, set, &in->entry[k]);
		}
	}
	free(list.table);
	for (size_t i = 0; i < c->entries.count; i++) {
		const struct entry *e = &c->entries.entry[i];

		if (!e->is_table && recognise_kind(e->text) >= 0 &&
		    !(c->url.place.line && span_is(e->text, "url")))
			add_recogniser(p, set, e);
	}
	if (!c->url.place.line)
		return;
	resolve_operand(p, names, &c->url.entries,
	    (struct operand){&c->url.own, &c->url.tables, &c->url.count});
	body_urls(p, c, set);
}

void resolve_body(
    struct policy *p, const struct named *names, struct condition *c)
{
	if (c->how == BODY_HAS)
		resolve_has(p, names, c);
	else
		resolve_words(p, names, c);
}
