/* SPDX-License-Identifier: ISC */
/* What can be said of a policy only once all of it is read: that names are
 * there and only once; and the building of tables, lexicons, expressions. */
#include "policy/resolve.h"

#include <stdlib.h>

#include "base/mem.h"
#include "policy/judge.h"

/* A name and where it was given, to be sorted. */
struct named {
	struct span name;
	size_t number; /* of the rule or table; its order */
	struct place place;
};

static int compare_spans(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0 || a.n == b.n)
		return c;
	return a.n < b.n ? -1 : 1;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int c = compare_spans(x->name, y->name);

	return c != 0 ? c : (x->number > y->number) - (x->number < y->number);
}

static int compare_to_name(const void *key, const void *item)
{
	return compare_spans(
	    *(const struct span *)key, ((const struct named *)item)->name);
}

/* Sort them, and note which names come twice. */
static void sort_names(
    struct policy *p, struct named *n, size_t count, const char *what)
{
	if (!count)
		return;
	qsort(n, count, sizeof(*n), compare_named);
	for (size_t i = 1; i < count; i++) {
		const struct place *first = &n[i - 1].place;

		if (!n[i].name.n || !span_same(n[i - 1].name, n[i].name))
			continue;
		policy_fault(p, n[i].place,
		    "a second %s '%.*s', the other is at %s:%lu", what,
		    SPAN_ARG(n[i].name), p->source[first->source].path,
		    first->line);
	}
}

static void check_rule_names(struct policy *p)
{
	struct named *n = mem_alloc(p->rules * sizeof(*n));

	for (size_t i = 0; i < p->rules; i++)
		n[i] = (struct named){p->rule[i].name, i, p->rule[i].place};
	sort_names(p, n, p->rules, "rule");
	free(n);
}

static struct named *index_tables(struct policy *p)
{
	struct named *n = mem_alloc(p->tables * sizeof(*n));

	for (size_t i = 0; i < p->tables; i++)
		n[i] = (struct named){p->table[i].name, i, p->table[i].place};
	sort_names(p, n, p->tables, "table");
	return n;
}

struct policy_table *find_table(
    struct policy *p, const struct named *names, const struct span *name)
{
	const struct named *n = p->tables ? bsearch(name, names, p->tables,
						sizeof(*names), compare_to_name)
					  : NULL;

	return n ? &p->table[n->number] : NULL;
}

void policy_refuse(struct policy *p, const struct entry *e, const char *why)
{
	struct span shown = span_cut(e->text);

	policy_fault(p, e->place, "'%.*s%s': %s", SPAN_ARG(shown),
	    shown.n < e->text.n ? "..." : "", why);
}

static void add_address(
    struct policy *p, struct table *t, const struct entry *e)
{
	const char *why = table_add(t, e->text);

	if (why)
		policy_refuse(p, e, why);
}

static struct table *addresses_of(struct policy *p, struct policy_table *t)
{
	if (t->addresses)
		return t->addresses;
	t->addresses = table_new();
	for (size_t i = 0; i < t->entries.count; i++) {
		if (!t->entries.entry[i].is_table)
			add_address(p, t->addresses, &t->entries.entry[i]);
	}
	return t->addresses;
}

bool list_tables(struct policy *p, const struct named *names,
    const struct entries *entries, struct table_list *list)
{
	bool own = false;

	for (size_t i = 0; i < entries->count; i++) {
		if (entries->entry[i].is_table)
			table_list_add(p, names, &entries->entry[i], list);
		else
			own = true;
	}
	return own;
}

void resolve_operand(struct policy *p, const struct named *names,
    const struct entries *entries, struct operand to)
{
	struct table_list list = {NULL, 0};

	if (list_tables(p, names, entries, &list))
		*to.own = table_new();
	*to.tables = mem_alloc((list.count + 1) * sizeof(struct table *));
	if (*to.own)
		(*to.tables)[(*to.count)++] = *to.own;
	for (size_t i = 0; i < list.count; i++)
		(*to.tables)[(*to.count)++] = addresses_of(p, list.table[i]);
	free(list.table);
	for (size_t i = 0; i < entries->count; i++) {
		if (!entries->entry[i].is_table)
			add_address(p, *to.own, &entries->entry[i]);
	}
}

static void resolve_xpath(struct policy *p, struct condition *c)
{
	bool bare;
	const char *why = xpath_add(p->xpath, c->expr, &bare);

	if (why) {
		policy_fault(p, c->place, "xpath: %s", why);
		return;
	}
	c->xpath = p->xpaths++;
	if (bare)
		policy_warn(p, c->place,
		    "xpath: an element without a prefix is in no namespace, "
		    "and matches nothing in XMPP");
}

static void resolve_rule(
    struct policy *p, const struct named *names, struct rule *r)
{
	for (size_t i = 0; i < r->conditions; i++) {
		struct condition *c = &r->condition[i];

		if (c->kind == ON_FROM || c->kind == ON_TO)
			resolve_operand(p, names, &c->entries,
			    (struct operand){&c->own, &c->tables, &c->count});
		else if (c->kind == ON_BODY)
			resolve_body(p, names, c);
		else if (c->kind == ON_FILE)
			resolve_file(p, names, c);
		else if (c->kind == ON_XPATH && c->expr.p)
			resolve_xpath(p, c);
	}
}

/* Whether the rule matches, alone in a text, what it puts in place of what it
 * matches; it would then never come to an end. */
static bool matches_with(struct policy *p, const struct rule *r)
{
	struct buf b = BUF_EMPTY;
	bool matches = false;

	buf_adds(&b, "<a>");
	stanza_escape_text(&b, r->with);
	buf_adds(&b, "</a>");
	if (!judged_begin(p, buf_span(&b))) {
		judged_texts(p);
		for (size_t i = 0; p->judged.texts.count && i < r->conditions;
		     i++) {
			const struct condition *c = &r->condition[i];

			if (c->kind == ON_BODY && !c->negated &&
			    text_in_sets(p, c, 0) != 0)
				matches = true;
		}
	}
	buf_release(&b);
	return matches;
}

static void settle_redactions(struct policy *p)
{
	for (size_t i = 0; i < p->rules; i++) {
		if (p->rule[i].action == DO_REDACT)
			p->rule[i].once = matches_with(p, &p->rule[i]);
	}
}

/* Only of a policy that is right in all else. */
static void warn_unused(struct policy *p)
{
	const struct rule *last = NULL;

	for (size_t i = 0; i < p->tables; i++) {
		if (!p->table[i].used)
			policy_warn(p, p->table[i].place,
			    "no rule uses the table '%.*s'",
			    SPAN_ARG(p->table[i].name));
	}
	for (size_t i = 0; i < p->rules; i++) {
		if (last)
			policy_warn(p, p->rule[i].place,
			    "the rule '%.*s' is never reached: '%.*s' decides "
			    "all that comes to it",
			    SPAN_ARG(p->rule[i].name), SPAN_ARG(last->name));
		else if (!p->rule[i].conditions)
			last = &p->rule[i];
	}
}

void policy_resolve(struct policy *p)
{
	struct named *names = index_tables(p);
	bool includable;

	check_rule_names(p);
	includable = check_includes(p, names);
	for (size_t i = 0; includable && i < p->rules; i++)
		resolve_rule(p, names, &p->rule[i]);
	free(names);
	if (p->faults)
		return;
	settle_redactions(p);
	warn_unused(p);
	warn_lapsed(p);
}
