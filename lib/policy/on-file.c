/* SPDX-License-Identifier: ISC */
/* The condition file. */
#include <stdlib.h>

#include "base/glob.h"
#include "base/mem.h"
#include "policy/parse.h"
#include "policy/resolve.h"

/* What of a file a condition is about. */
enum part { ANY, NAME, TYPE, SIZE };

static const char *const parts[] = {"any", "name", "type", "size", NULL};

bool parse_file(struct parser *p, struct condition *c)
{
	int part = p->lex.token == TOKEN_WORD
		       ? word_index(parts, p->lex.value)
		       : -1;

	c->words = part < 0 ? ANY : (uint32_t)part;
	if (part < 0 && p->lex.token == TOKEN_NOT) {
		c->negated = parse_negation(p);
		if (!parser_is_word(p, "any"))
			return parser_unexpected(p, "'any'");
		part = ANY;
	}
	if (part >= 0)
		parser_advance(p);
	if (part == SIZE)
		return parse_size(p, c);
	return part <= ANY || parse_addresses(p, c);
}

/* A name or type, which may be a pattern. */
static void add_pattern(
    struct policy *p, struct condition *c, const struct entry *e)
{
	struct buf b = BUF_EMPTY;
	const char *why;

	files_fold(&b, e->text, c->words == NAME);
	why = glob_check(buf_span(&b));
	if (e->text.p[0] == '/')
		why = "a regular expression is no pattern of names";
	if (why)
		policy_refuse(p, e, why);
	c->pattern = mem_resize(c->pattern, c->count + 1, sizeof(char *));
	c->pattern[c->count++] = buf_detach(&b);
}

void resolve_file(
    struct policy *p, const struct named *names, struct condition *c)
{
	struct table_list list = {NULL, 0};

	for (size_t i = 0; i < c->entries.count; i++) {
		const struct entry *e = &c->entries.entry[i];

		if (e->is_table)
			table_list_add(p, names, e, &list);
		else
			add_pattern(p, c, e);
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct entries *e = &list.table[i]->entries;

		for (size_t k = 0; k < e->count; k++) {
			if (!e->entry[k].is_table)
				add_pattern(p, c, &e->entry[k]);
		}
	}
	free(list.table);
}

void judged_files(struct policy *p)
{
	if (!p->judged.has_files)
		files_collect(&p->judged.files, &p->judged.stanza);
	p->judged.has_files = true;
}

static bool matches(const struct condition *c, struct span value)
{
	for (size_t i = 0; i < c->count; i++) {
		if (glob_match(span_of(c->pattern[i]), value))
			return true;
	}
	return false;
}

/* As of addresses: a rule that lets through must hold for all files, one that
 * does not for any. What is not said of a file is not what is asked for. */
static int met_values(const struct files *f, const struct condition *c,
    bool pass)
{
	const struct file_values *v = c->words == NAME ? &f->names : &f->types;
	bool lacking = c->words == NAME ? f->unnamed : f->untyped;

	if (pass && (lacking || !f->count))
		return 0;
	for (size_t i = 0; i < v->count; i++) {
		bool met = matches(c, files_at(f, v->value[i])) != c->negated;

		if (met != pass)
			return met;
	}
	return pass || (c->negated && lacking);
}

static int met_sizes(const struct files *f, const struct condition *c,
    bool pass)
{
	if (pass && (f->unsized || f->odd_size || !f->count))
		return 0;
	for (size_t i = 0; i < f->sizes.count; i++) {
		bool met = size_holds(c, f->sizes.bytes[i]);

		if (met != pass)
			return met;
	}
	return pass ? 1 : f->odd_size ? -1 : 0;
}

int met_file(struct policy *p, const struct rule *r, const struct condition *c)
{
	const struct files *f = &p->judged.files;
	bool pass = r->action == DO_PASS;

	judged_files(p);
	if (c->words == ANY)
		return (f->count != 0) != c->negated;
	return c->words == SIZE ? met_sizes(f, c, pass)
				: met_values(f, c, pass);
}

static void see_sizes(const struct files *f, struct buf *b)
{
	for (size_t i = 0; i < f->sizes.count && i < EXPLAIN_VALUES; i++)
		buf_addf(b, "%s%llu", i ? ", " : "",
		    (unsigned long long)f->sizes.bytes[i]);
	explain_more(b, EXPLAIN_VALUES, f->sizes.count);
	if (f->odd_size)
		buf_adds(b, ", no number");
	else if (!f->sizes.count)
		buf_adds(b, "not said");
}

static void see_values(
    const struct files *f, const struct file_values *v, struct buf *b)
{
	for (size_t i = 0; i < v->count && i < EXPLAIN_VALUES; i++) {
		buf_adds(b, i ? ", " : "");
		explain_quoted(b, files_at(f, v->value[i]));
	}
	explain_more(b, EXPLAIN_VALUES, v->count);
	if (!v->count)
		buf_adds(b, "not said");
}

void see_file(struct policy *p, const struct condition *c, struct buf *b)
{
	const struct files *f = &p->judged.files;

	judged_files(p);
	if (!f->count)
		buf_adds(b, "no file");
	else if (c->words == SIZE)
		see_sizes(f, b);
	else
		see_values(f, c->words == TYPE ? &f->types : &f->names, b);
}
