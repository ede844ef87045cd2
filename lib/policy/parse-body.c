/* SPDX-License-Identifier: ISC */
/* The grammar of the conditions on a body. */
#include "lexicon/recognise.h"
#include "policy/parse.h"

/* A number between two limits. */
static bool parse_number(
    struct parser *p, size_t least, size_t most, size_t *number)
{
	struct place at = parser_here(p);
	struct span s;
	size_t n = 0;

	if (!parser_take(p, TOKEN_WORD, "a number", &s))
		return false;
	for (size_t i = 0; i < s.n && n <= most; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			n = most;
		n = n * 10 + (size_t)(s.p[i] - '0');
	}
	if (n < least || n > most)
		policy_fault(p->policy, at,
		    "'%.*s' is no number from %zu to %zu",
		    SPAN_ARG(span_cut(s)), least, most);
	*number = n;
	return true;
}

/* "across N", "at least N", if they are here and go with the condition. */
static bool parse_options(struct parser *p, struct condition *c)
{
	if (c->how == BODY_RESEMBLES && parser_is_word(p, "across")) {
		if (c->across)
			policy_fault(
			    p->policy, parser_here(p), "a second 'across'");
		parser_advance(p);
		return parse_number(p, ACROSS_MIN, ACROSS_MAX, &c->across);
	}
	if (c->how == BODY_HAS && parser_is_word(p, "at")) {
		if (c->least)
			policy_fault(
			    p->policy, parser_here(p), "a second 'at least'");
		parser_advance(p);
		if (!parser_is_word(p, "least"))
			return parser_unexpected(p, "'least' behind 'at'");
		parser_advance(p);
		return parse_number(p, 1, LEAST_MAX, &c->least);
	}
	return true;
}

/* "to" and addresses behind "url", if they are here. */
static bool parse_url_to(struct parser *p, struct url_to *u)
{
	if (!parser_is_word(p, "to"))
		return true;
	if (u->place.line)
		policy_fault(p->policy, parser_here(p), "a second 'url to'");
	u->place = parser_here(p);
	parser_advance(p);
	u->negated = parse_negation(p);
	return parse_operand(p, &u->entries);
}

static bool parse_recogniser(struct parser *p, struct condition *c)
{
	struct span s = p->lex.value;
	bool table = p->lex.token == TOKEN_TABLE;

	if (!table && p->lex.token != TOKEN_WORD)
		return parser_unexpected(p, "what to look for, or a <table>");
	if (!table && recognise_kind(s) < 0)
		policy_fault(p->policy, parser_here(p),
		    "unknown '%.*s' behind 'body has'; there are: %s",
		    SPAN_ARG(span_cut(s)), recognise_list());
	entries_add(&c->entries, (struct entry){s, table, parser_here(p)});
	parser_advance(p);
	if (!table && span_is(s, "url"))
		return parse_url_to(p, &c->url);
	return true;
}

static bool parse_recognisers(struct parser *p, struct condition *c)
{
	struct place at = parser_here(p);

	if (p->lex.token != TOKEN_OPEN)
		return parse_recogniser(p, c);
	parser_advance(p);
	while (p->lex.token != TOKEN_CLOSE) {
		if (p->lex.token == TOKEN_END || p->lex.token == TOKEN_OPEN) {
			policy_fault(p->policy, at, "'{' is never closed");
			p->lex.depth = 0;
			return false;
		}
		if (p->lex.token == TOKEN_COMMA)
			parser_advance(p);
		else if (!parse_recogniser(p, c))
			parser_advance(p);
	}
	parser_advance(p);
	if (!c->entries.count)
		policy_fault(p->policy, at, "the list is empty");
	return true;
}

bool parse_body_condition(struct parser *p, struct condition *c)
{
	static const char *const hows[] = {
	    "matches", "resembles", "has", NULL};
	int how = p->lex.token == TOKEN_WORD ? word_index(hows, p->lex.value)
					     : -1;

	if (how < 0)
		return parser_unexpected(
		    p, "'matches', 'resembles' or 'has'");
	c->how = (enum body_how)how;
	parser_advance(p);
	c->negated = parse_negation(p);
	if (!parse_options(p, c))
		return false;
	if (!(c->how == BODY_HAS ? parse_recognisers(p, c)
				 : parse_operand(p, &c->entries)))
		return false;
	return parse_options(p, c);
}
