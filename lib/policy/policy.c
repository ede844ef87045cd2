/* SPDX-License-Identifier: ISC */
/* Policies: how one comes about, and its end. */
#include "policy/internal.h"

#include <stdlib.h>

#include "base/mem.h"

struct policy *policy_new(void)
{
	struct policy *p = mem_zalloc(sizeof(*p));

	p->digest = digest_new(NULL, 0);
	digest_begin(p->digest);
	p->lexicon = lexicon_new();
	p->xpath = xpath_new();
	return p;
}

static void free_rule(struct rule *r)
{
	for (size_t i = 0; i < r->conditions; i++) {
		struct condition *c = &r->condition[i];

		free(c->entries.entry);
		table_free(c->own);
		free(c->tables);
		free(c->sets);
		free(c->url.entries.entry);
		table_free(c->url.own);
		free(c->url.tables);
		buf_release(&c->url.host);
		free(c->when);
		for (size_t k = 0; c->pattern && k < c->count; k++)
			free(c->pattern[k]);
		free(c->pattern);
		rate_free(c->rate);
	}
	free(r->condition);
}

static void free_judged(struct judged *j)
{
	stanza_release(&j->stanza);
	participants_release(&j->participants);
	free(j->key[PARTICIPANTS_FROM]);
	free(j->key[PARTICIPANTS_TO]);
	texts_release(&j->texts);
	cuts_release(&j->cuts);
	free(j->part);
	free(j->spoken);
	files_release(&j->files);
	links_release(&j->links);
	buf_release(&j->rate_key);
	buf_release(&j->edited[0]);
	buf_release(&j->edited[1]);
	buf_release(&j->reasons);
	buf_release(&j->extra);
	buf_release(&j->linked);
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->sources; i++) {
		free(p->source[i].path);
		free(p->source[i].text);
		free(p->source[i].spare);
	}
	free(p->source);
	for (size_t i = 0; i < p->rules; i++)
		free_rule(&p->rule[i]);
	free(p->rule);
	for (size_t i = 0; i < p->tables; i++) {
		free(p->table[i].entries.entry);
		free(p->table[i].hashed.entry);
		table_free(p->table[i].addresses);
	}
	free(p->table);
	for (size_t i = 0; i < p->notes; i++)
		free(p->note[i].text);
	free(p->note);
	buf_release(&p->kept);
	buf_release(&p->snapshot);
	digest_free(p->digest);
	resembles_free(p->resembles);
	across_free(p->across);
	lexicon_free(p->lexicon);
	xpath_free(p->xpath);
	for (size_t i = 0; i < p->schemas; i++)
		schema_free(p->schema[i].schema);
	free(p->schema);
	for (size_t i = 0; i < p->zones; i++)
		zone_free(p->zone[i]);
	free(p->zone);
	free_judged(&p->judged);
	free(p);
}

const char *policy_files(struct policy *p, const char *store, const char *url)
{
	return links_add(&p->judged.links, store, url);
}

void policy_read(struct policy *p, const char *path)
{
	size_t source;

	if (policy_load(p, path, NULL, &source))
		policy_parse(p, source);
}

void policy_events(struct policy *p, unsigned events, const char *named)
{
	p->events = events;
	p->events_named = named;
}

bool policy_ready(struct policy *p)
{
	policy_resolve(p);
	if (p->events && !p->faults)
		policy_warn_unreached(p);
	digest_hex(p->digest, p->tag);
	p->tag[POLICY_TAG] = '\0';
	policy_sort_notes(p);
	return p->faults == 0;
}

const char *policy_tag(const struct policy *p)
{
	return p->tag;
}

size_t policy_rules(const struct policy *p)
{
	return p->rules;
}

struct span policy_rule_name(const struct policy *p, size_t i)
{
	return p->rule[i].name;
}

bool policy_has_rule(const struct policy *p, struct span name)
{
	for (size_t i = 0; i < p->rules; i++) {
		if (span_same(p->rule[i].name, name))
			return true;
	}
	return false;
}

size_t policy_tables(const struct policy *p)
{
	return p->tables;
}

bool policy_forgot(struct policy *p)
{
	return p->across && across_overflowed(p->across);
}
