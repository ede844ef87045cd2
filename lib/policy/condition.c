/* SPDX-License-Identifier: ISC */
/* The grammar of a rule's conditions and of lists. */
#include "policy/parse.h"

#include <string.h>

#include "base/mem.h"

/* One operand, or one entry of a list. */
bool parse_entry(struct parser *p, struct entries *e)
{
	enum token t = p->lex.token;

	if (t != TOKEN_WORD && t != TOKEN_STRING && t != TOKEN_REGEX &&
	    t != TOKEN_TABLE)
		return parser_unexpected(
		    p, "a word, \"string\", /regex/ or <table>");
	if (p->lex.value.n == 0)
		return parser_unexpected(p, "more than nothing");
	entries_add(
	    e, (struct entry){p->lex.value, t == TOKEN_TABLE, parser_here(p)});
	parser_advance(p);
	return true;
}

/* { a, b c } with entries parsed by one. The opening brace is here. */
bool parse_list(struct parser *p, struct entries *e,
    bool (*one)(struct parser *, struct entries *))
{
	struct place open = parser_here(p);
	bool good = true;

	parser_advance(p);
	while (p->lex.token != TOKEN_CLOSE) {
		if (p->lex.token == TOKEN_END) {
			policy_fault(p->policy, open, "'{' is never closed");
			return false;
		}
		if (p->lex.token == TOKEN_OPEN) {
			policy_fault(p->policy, open,
			    "'{' is not closed before the next one");
			p->lex.depth = 1;
			return false;
		}
		if (p->lex.token == TOKEN_COMMA) {
			parser_advance(p);
		} else if (!one(p, e)) {
			good = false;
			parser_advance(p);
		}
	}
	parser_advance(p);
	return good;
}

bool parse_operand(struct parser *p, struct entries *e)
{
	struct place at = parser_here(p);

	if (p->lex.token != TOKEN_OPEN)
		return parse_entry(p, e);
	if (!parse_list(p, e, parse_entry))
		return false;
	if (e->count)
		return true;
	policy_fault(p->policy, at, "the list is empty");
	return false;
}

bool parse_negation(struct parser *p)
{
	bool negated = p->lex.token == TOKEN_NOT;

	if (negated)
		parser_advance(p);
	return negated;
}

static bool parse_word(struct parser *p, struct entries *e)
{
	if (p->lex.token != TOKEN_WORD)
		return parser_unexpected(p, "a word");
	entries_add(e, (struct entry){p->lex.value, false, parser_here(p)});
	parser_advance(p);
	return true;
}

bool parse_word_operand(struct parser *p, struct condition *c)
{
	struct place at;
	bool good;

	c->negated = parse_negation(p);
	at = parser_here(p);
	good = p->lex.token == TOKEN_OPEN
		   ? parse_list(p, &c->entries, parse_word)
		   : parse_word(p, &c->entries);
	if (good && !c->entries.count)
		policy_fault(p->policy, at, "the list is empty");
	return good;
}

/* One of the condition's words or a list of them, as bits. */
bool parse_words(struct parser *p, struct condition *c)
{
	static const char *const *const lists[] = {
	    [ON_EVENT] = event_words,
	    [ON_KIND] = kind_words,
	    [ON_TYPE] = type_words,
	    [ON_DAY] = day_words,
	    [ON_ENCRYPTED] = encrypted_words,
	};
	struct entries *e = &c->entries;
	bool good = parse_word_operand(p, c);

	for (size_t i = 0; i < e->count; i++) {
		int bit = word_index(lists[c->kind], e->entry[i].text);

		if (bit >= 0)
			c->words |= UINT32_C(1) << bit;
		else
			policy_fault(p->policy, e->entry[i].place,
			    "unknown %s '%.*s'", condition_names[c->kind],
			    SPAN_ARG(span_cut(e->entry[i].text)));
	}
	return good;
}

static bool read_size(struct span s, uint64_t *bytes)
{
	static const char units[] = "KkMmGg";
	const char *at;
	size_t i = 0;

	for (*bytes = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		if (*bytes > UINT64_MAX / 2048 / 10)
			return false;
		*bytes = *bytes * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (i == 0 || i + 1 < s.n)
		return false;
	if (i == s.n)
		return true;
	at = strchr(units, s.p[i]);
	if (!s.p[i] || !at || *bytes > UINT64_MAX >> 31)
		return false;
	*bytes <<= 10 * ((at - units) / 2 + 1);
	return true;
}

bool parse_size(struct parser *p, struct condition *c)
{
	struct place at;
	struct span op, number = {NULL, 0};

	if (!parser_take(p, TOKEN_OP, "one of < <= > >= = !=", &op))
		return false;
	c->op = (enum size_op)word_index(size_ops, op);
	at = parser_here(p);
	if (!parser_take(p, TOKEN_WORD, "a number of bytes", &number))
		return false;
	if (!read_size(number, &c->bytes))
		policy_fault(p->policy, at, "'%.*s' is no number of bytes",
		    SPAN_ARG(span_cut(number)));
	return true;
}

bool parse_addresses(struct parser *p, struct condition *c)
{
	c->negated = parse_negation(p);
	return parse_operand(p, &c->entries);
}

static bool is_date(const struct parser *p)
{
	return (p->lex.token == TOKEN_WORD || p->lex.token == TOKEN_STRING) &&
	       when_looks_like_date(p->lex.value);
}

/* A date, from which on the rule holds, or addresses. */
static bool parse_from(struct parser *p, struct condition *c)
{
	if (p->lex.token == TOKEN_NOT) {
		c->negated = parse_negation(p);
		if (is_date(p))
			return parser_unexpected(p, "no date behind '!'");
	}
	if (!is_date(p))
		return parse_operand(p, &c->entries);
	c->kind = ON_SINCE;
	return parse_date(p, c);
}

static bool parse_day(struct parser *p, struct condition *c)
{
	c->when = mem_zalloc(sizeof(*c->when));
	return parse_words(p, c);
}

static bool parse_xpath(struct parser *p, struct condition *c)
{
	c->negated = parse_negation(p);
	return parser_take(
	    p, TOKEN_STRING, "an XPath expression in quotes", &c->expr);
}

static bool (*const parsers[CONDITION_KINDS])(
    struct parser *, struct condition *) = {
    [ON_EVENT] = parse_words,
    [ON_KIND] = parse_words,
    [ON_TYPE] = parse_words,
    [ON_SIZE] = parse_size,
    [ON_TIME] = parse_time,
    [ON_DAY] = parse_day,
    [ON_SINCE] = parse_date,
    [ON_UNTIL] = parse_date,
    [ON_FROM] = parse_from,
    [ON_TO] = parse_addresses,
    [ON_ENCRYPTED] = parse_encrypted,
    [ON_FILE] = parse_file,
    [ON_BODY] = parse_body_condition,
    [ON_XPATH] = parse_xpath,
    [ON_SCHEMA] = parse_schema,
    [ON_RATE] = parse_rate,
};

bool parse_condition(struct parser *p, struct rule *r, int kind)
{
	struct condition c = {
	    .kind = (enum condition_kind)kind, .place = parser_here(p)};
	const char *from = p->lex.raw.p;
	bool good;

	parser_advance(p);
	good = parsers[kind](p, &c);
	c.source = (struct span){from, (size_t)(p->last - from)};
	r->condition =
	    mem_resize(r->condition, r->conditions + 1, sizeof(*r->condition));
	r->condition[r->conditions++] = c;
	return good;
}
