/* SPDX-License-Identifier: ISC */
/* The conditions time, day, from DATE and until DATE, and the zone they go
 * by. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "policy/parse.h"

static struct when *when_of(struct condition *c)
{
	c->when = mem_zalloc(sizeof(*c->when));
	return c->when;
}

bool parse_time(struct parser *p, struct condition *c)
{
	struct when *w = when_of(c);

	if (!parse_word_operand(p, c))
		return false;
	for (size_t i = 0; i < c->entries.count; i++) {
		const struct entry *e = &c->entries.entry[i];

		if (!when_add_time(w, e->text))
			policy_fault(p->policy, e->place,
			    "'%.*s' is no time HH:MM-HH:MM",
			    SPAN_ARG(span_cut(e->text)));
	}
	return true;
}

/* Also behind from, where what is no date is an address. */
bool parse_date(struct parser *p, struct condition *c)
{
	struct when *w = when_of(c);
	struct place at = parser_here(p);
	struct span date = p->lex.value;

	if (p->lex.token != TOKEN_WORD && p->lex.token != TOKEN_STRING)
		return parser_unexpected(p, "a date");
	parser_advance(p);
	if (!when_read_date(date, &w->date, &w->local))
		policy_fault(p->policy, at, "'%.*s' is no date",
		    SPAN_ARG(span_cut(date)));
	return true;
}

bool parse_zone(struct parser *p, struct span *zone)
{
	struct place at;
	struct span name;

	parser_advance(p);
	at = parser_here(p);
	if (!parser_take(p, TOKEN_STRING, "a time zone in quotes", &name))
		return false;
	if (policy_zone(p->policy, name))
		*zone = name;
	else
		policy_fault(p->policy, at,
		    "no time zone '%.*s' on this system",
		    SPAN_ARG(span_cut(name)));
	return true;
}

struct zone *policy_zone(struct policy *p, struct span name)
{
	struct zone *z;

	if (!name.p)
		name = span_of("UTC");
	for (size_t i = 0; i < p->zones; i++) {
		if (span_is(name, zone_name(p->zone[i])))
			return p->zone[i];
	}
	z = zone_new(name);
	if (!z)
		return NULL;
	p->zone = mem_resize(p->zone, p->zones + 1, sizeof(struct zone *));
	return p->zone[p->zones++] = z;
}

void settle_when(struct policy *p, const struct rule *r, struct span zone)
{
	const struct condition *since = NULL, *until = NULL;

	for (size_t i = 0; i < r->conditions; i++) {
		struct condition *c = &r->condition[i];

		if (c->when)
			c->when->zone = policy_zone(p, zone);
		if (c->kind == ON_SINCE)
			since = c;
		if (c->kind == ON_UNTIL)
			until = c;
	}
	if (since && until && since->when->local == until->when->local &&
	    since->when->date >= until->when->date)
		policy_fault(p, until->place,
		    "the rule lapses before it begins");
}

/* Only --check shows it. */
void warn_lapsed(struct policy *p)
{
	int64_t now = stamp_now();

	for (size_t i = 0; i < p->rules; i++) {
		const struct rule *r = &p->rule[i];

		for (size_t k = 0; k < r->conditions; k++) {
			const struct condition *c = &r->condition[k];

			if (c->kind == ON_UNTIL &&
			    (c->when->local ? zone_local(c->when->zone, now)
					    : now) >= c->when->date)
				policy_warn(p, c->place,
				    "the rule '%.*s' has lapsed",
				    SPAN_ARG(r->name));
		}
	}
}

/* The record's own time, as the condition's clocks show it. */
static int64_t local_time(const struct policy *p, const struct condition *c)
{
	int64_t micros = 0;

	/* That it is one is known of a record. */
	(void)stamp_read(p->judged.time.p, p->judged.time.n, &micros);
	return zone_local(c->when->zone, micros);
}

int met_time(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return when_has_time(c->when, local_time(p, c)) != c->negated;
}

int met_day(struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return (c->words >> when_day(local_time(p, c)) & 1) != c->negated;
}

static bool begun(const struct policy *p, const struct condition *c)
{
	int64_t micros = 0;

	if (c->when->local)
		return local_time(p, c) >= c->when->date;
	(void)stamp_read(p->judged.time.p, p->judged.time.n, &micros);
	return micros >= c->when->date;
}

int met_date(struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return begun(p, c) == (c->kind == ON_SINCE);
}

void see_when(struct policy *p, const struct condition *c, struct buf *b)
{
	char text[STAMP_LEN];
	int64_t local = local_time(p, c);

	stamp_write(text, local);
	if (c->kind == ON_TIME)
		buf_add(b, text + 11, 5);
	else if (c->kind == ON_DAY)
		buf_adds(b, day_words[when_day(local)]);
	else
		buf_add(b, text, 16);
	buf_addf(b, " in %s", zone_name(c->when->zone));
}
