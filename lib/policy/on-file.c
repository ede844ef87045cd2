/* SPDX-License-Identifier: ISC */
/* The condition file. */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/hex.h"
#include "base/mem.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "policy/parse.h"
#include "policy/resolve.h"

/* What of a file a condition is about. */
enum part { ANY, UNKNOWN, NAME, TYPE, SIZE, SHA256 };

static const char *const parts[] = {
    "any", "unknown", "name", "type", "size", "sha256", NULL};

bool parse_file(struct parser *p, struct condition *c)
{
	int part = p->lex.token == TOKEN_WORD
		       ? word_index(parts, p->lex.value)
		       : -1;

	c->words = part < 0 ? ANY : (uint32_t)part;
	if (part < 0 && p->lex.token == TOKEN_NOT) {
		c->negated = parse_negation(p);
		part = parser_is_word(p, "unknown") ? UNKNOWN : ANY;
		if (part == ANY && !parser_is_word(p, "any"))
			return parser_unexpected(p, "'any' or 'unknown'");
		c->words = (uint32_t)part;
	}
	if (part >= 0)
		parser_advance(p);
	if (part == SIZE)
		return parse_size(p, c);
	return part <= UNKNOWN || parse_addresses(p, c);
}

static const char *check_digest(struct span s)
{
	for (size_t i = 0; i < s.n && i < DIGEST_HEX; i++) {
		if (hex_digit(s.p[i]) < 0)
			return "is no SHA-256 digest";
	}
	return s.n == DIGEST_HEX ? NULL : "is no SHA-256 digest";
}

/* A name or type, which may be a pattern, or a digest. */
static void add_pattern(
    struct policy *p, struct condition *c, const struct entry *e)
{
	struct buf b = BUF_EMPTY;
	const char *why;

	files_fold(&b, e->text, c->words == NAME);
	why = c->words == SHA256 ? check_digest(buf_span(&b))
				 : glob_check(buf_span(&b));
	if (e->text.p[0] == '/')
		why = "a regular expression is no pattern of names";
	if (why)
		policy_refuse(p, e, why);
	/* Of digests there may be very many. */
	if (!(c->count & (c->count - 1)))
		c->pattern = mem_resize(c->pattern,
		    c->count ? 2 * c->count : 1, sizeof(char *));
	c->pattern[c->count++] = buf_detach(&b);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
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
	if (c->words == SHA256 && c->count)
		qsort(c->pattern, c->count, sizeof(char *), compare);
	if (c->words == UNKNOWN && !p->judged.links.store)
		policy_warn(p, c->place, "no link is known to lead to a file: "
		    "cup-filter has no '--file-url'");
}

/* Only what people send each other leads anywhere. */
void judged_links(struct policy *p)
{
	struct judged *j = &p->judged;
	bool message = stanza_is_stanza(&j->stanza) &&
	    stanza_is(&j->stanza, 0, NULL, "message");

	if (j->has_links)
		return;
	j->has_links = true;
	links_reset(&j->links);
	if (!j->links.store || !message)
		return;
	judged_texts(p);
	links_collect(&j->links, &j->texts);
}

void judged_files(struct policy *p)
{
	struct judged *j = &p->judged;

	if (j->has_files)
		return;
	j->has_files = true;
	judged_links(p);
	files_collect(&j->files, &j->stanza, &j->links);
}

static bool has_digest(const struct condition *c, struct span value)
{
	char hex[DIGEST_HEX + 1];
	const char *key = hex;

	if (value.n != DIGEST_HEX)
		return false;
	memcpy(hex, value.p, DIGEST_HEX);
	hex[DIGEST_HEX] = '\0';
	return c->count && bsearch(&key, c->pattern, c->count, sizeof(char *),
	    compare);
}

static bool matches(const struct condition *c, struct span value)
{
	if (c->words == SHA256)
		return has_digest(c, value);
	for (size_t i = 0; i < c->count; i++) {
		if (glob_match(span_of(c->pattern[i]), value))
			return true;
	}
	return false;
}

static const struct file_values *values_of(
    const struct files *f, const struct condition *c)
{
	return c->words == NAME ? &f->names
	    : c->words == TYPE	? &f->types
				: &f->digests;
}

/* As of addresses: a rule that lets through must hold for all files, one that
 * does not for any. What is not said of a file is not what is asked for. */
static int met_values(const struct files *f, const struct condition *c,
    bool pass)
{
	const struct file_values *v = values_of(f, c);
	bool lacking = c->words == NAME ? f->unnamed
	    : c->words == TYPE		? f->untyped
					: f->undigested;

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
	if (c->words == UNKNOWN)
		return (links_unknown(&p->judged.links) != 0) != c->negated;
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

static void see_unknown(const struct links *l, struct buf *b)
{
	size_t count = links_unknown(l), shown = 0;

	for (size_t i = 0; i < l->count && shown < EXPLAIN_VALUES; i++) {
		if (link_granted(&l->link[i]))
			continue;
		buf_adds(b, shown++ ? ", " : "");
		explain_quoted(b, buf_span(&l->link[i].url));
	}
	explain_more(b, shown, count);
	if (!count)
		buf_adds(b, "no such link");
}

void see_file(struct policy *p, const struct condition *c, struct buf *b)
{
	const struct files *f = &p->judged.files;

	judged_files(p);
	if (c->words == UNKNOWN)
		see_unknown(&p->judged.links, b);
	else if (!f->count)
		buf_adds(b, "no file");
	else if (c->words == SIZE)
		see_sizes(f, b);
	else
		see_values(f, values_of(f, c), b);
}
