/* SPDX-License-Identifier: ISC */
/* The grammar of policies. What only makes sense once all is read (names,
 * tables, expressions) is looked at in resolve.c. */
#include "policy/parse.h"

#include "base/mem.h"

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < s.n &&
		    (unsigned char)s.p[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/* Whether in a reason field the text would end, and another reason begin. */
static bool reads_as_reason(struct span text)
{
	struct buf b = BUF_EMPTY;
	struct reason r;
	struct span field;
	bool more;

	buf_adds(&b, "rule@tag: ");
	buf_addspan(&b, text);
	field = buf_span(&b);
	(void)reason_next(&field, &r);
	more = reason_next(&field, &r);
	buf_release(&b);
	return more;
}

/* The string behind the word text or with. */
static bool parse_text(struct parser *p, struct span *text, bool told)
{
	const char *word = told ? "text" : "with";
	struct place at = parser_here(p);
	struct span s;

	parser_advance(p);
	if (!parser_take(p, TOKEN_STRING, "a \"string\"", &s))
		return false;
	if (text->p)
		policy_fault(p->policy, at, "a second '%s'", word);
	else if (s.n > POLICY_TEXT_MAX)
		policy_fault(p->policy, at, "'%s' is longer than %d bytes",
		    word, POLICY_TEXT_MAX);
	else if (has_control(s))
		policy_fault(
		    p->policy, at, "'%s' has a control character", word);
	else if (told && s.n == 0)
		policy_fault(p->policy, at, "'text' is empty");
	else if (told && reads_as_reason(s))
		policy_fault(p->policy, at,
		    "'text' has what reads as another rule's reason");
	*text = s;
	return true;
}

static void check_rule(struct parser *p, struct rule *r)
{
	bool matches = false;

	for (size_t i = 0; i < r->conditions; i++) {
		if (r->condition[i].kind == ON_BODY && !r->condition[i].negated)
			matches = true;
	}
	if (r->action == DO_REDACT && !matches)
		policy_fault(p->policy, r->place,
		    "a redact rule needs 'body matches', 'body resembles' or "
		    "'body has'");
	if (r->action == DO_REDACT && !r->with.p)
		r->with = span_of("[redacted]");
	if (r->action != DO_REDACT && r->with.p)
		policy_fault(
		    p->policy, r->place, "'with' is for redact rules only");
	if (r->action != DO_HOLD && r->terms.reviewers)
		policy_fault(p->policy, r->place,
		    "'reviewers' is for hold rules only");
	if (r->action != DO_HOLD && r->terms.expires)
		policy_fault(p->policy, r->place,
		    "'expires' is for hold rules only");
}

/* Cheap conditions first; those that cost the same stay as they came. */
static void sort_conditions(struct rule *r)
{
	for (size_t i = 1; i < r->conditions; i++) {
		struct condition c = r->condition[i];
		size_t j = i;

		for (; j && r->condition[j - 1].kind > c.kind; j--)
			r->condition[j] = r->condition[j - 1];
		r->condition[j] = c;
	}
}

static void expected_name(
    struct policy *p, struct place at, struct span word)
{
	policy_fault(p, at, "expected the rule's name before '%.*s'",
	    SPAN_ARG(word));
}

/* These cannot be a rule's name; words for conditions that came later can, as
 * there are rules that have them, but none that has nothing else. */
static const char *const taken[] = {"event", "kind", "type", "size", "from",
    "to", "body", "xpath", "text", "with", NULL};

static bool parse_rule_name(struct parser *p, struct rule *r)
{
	r->place = parser_here(p);
	if (p->lex.token == TOKEN_WORD &&
	    word_index(taken, p->lex.value) >= 0) {
		expected_name(p->policy, r->place, p->lex.value);
		return false;
	}
	if (!parser_take(p, TOKEN_WORD, "the rule's name", &r->name))
		return false;
	if (!reason_name_valid(r->name))
		policy_fault(p->policy, r->place, "'%.*s' is no rule's name",
		    SPAN_ARG(span_cut(r->name)));
	else if (span_is(r->name, POLICY_NO_RULE))
		policy_fault(p->policy, r->place,
		    "the name '" POLICY_NO_RULE "' is taken");
	return true;
}

static bool parse_rule_rest(struct parser *p, struct rule *r)
{
	struct span zone = p->zone;

	while (p->lex.token != TOKEN_EOL && p->lex.token != TOKEN_END) {
		int kind = p->lex.token == TOKEN_WORD
			       ? word_index(condition_names, p->lex.value)
			       : -1;
		bool good;

		if (kind >= 0)
			good = parse_condition(p, r, kind);
		else if (parser_is_word(p, "zone"))
			good = parse_zone(p, &zone);
		else if (parser_is_word(p, "text"))
			good = parse_text(p, &r->text, true);
		else if (parser_is_word(p, "with"))
			good = parse_text(p, &r->with, false);
		else if (parser_is_word(p, "reviewers"))
			good = parse_reviewers(p, r);
		else if (parser_is_word(p, "expires"))
			good = parse_expires(p, r);
		else
			good = parser_unexpected(p, r->action == DO_HOLD
				? "a condition, 'text', 'reviewers' or "
				  "'expires'"
				: "a condition, 'text' or 'with'");
		if (!good)
			return false;
	}
	settle_when(p->policy, r, zone);
	if (!r->conditions && word_index(condition_names, r->name) >= 0)
		expected_name(p->policy, r->place, r->name);
	check_rule(p, r);
	return true;
}

static bool parse_rule(struct parser *p, int action)
{
	struct policy *policy = p->policy;
	struct rule r = {.action = (enum action)action};
	bool good;

	parser_advance(p);
	good = parse_rule_name(p, &r) && parse_rule_rest(p, &r);
	sort_conditions(&r);
	if (policy->rules == policy->rule_cap) {
		policy->rule_cap = policy->rule_cap ? 2 * policy->rule_cap : 16;
		policy->rule = mem_resize(
		    policy->rule, policy->rule_cap, sizeof(*policy->rule));
	}
	policy->rule[policy->rules++] = r;
	return good;
}

/* The path behind the word file, and header or not. */
static bool parse_table_file(struct parser *p, struct policy_table *t)
{
	struct span path = {NULL, 0};
	struct place at;
	bool header;

	parser_advance(p);
	if (!parser_take(p, TOKEN_STRING, "a \"path\"", &path))
		return false;
	at = parser_here(p);
	header = parser_is_word(p, "header");
	if (header)
		parser_advance(p);
	if (header && !csv_is(path))
		policy_fault(p->policy, at,
		    "'header' is for files whose name ends in .csv");
	policy_table_file(p->policy, t, path, header);
	return true;
}

static bool parse_table(struct parser *p)
{
	struct policy *policy = p->policy;
	struct policy_table t = {.place = parser_here(p)};
	bool good;

	parser_advance(p);
	if (!parser_take(p, TOKEN_WORD, "the table's name", &t.name))
		return false;
	if (!reason_name_valid(t.name))
		policy_fault(policy, t.place, "'%.*s' is no table's name",
		    SPAN_ARG(span_cut(t.name)));
	if (parser_is_word(p, "file")) {
		good = parse_table_file(p, &t);
	} else if (p->lex.token == TOKEN_OPEN) {
		good = parse_list(p, &t.entries, parse_entry);
	} else {
		good = parser_unexpected(p, "'{' or 'file'");
	}
	if (policy->tables == policy->table_cap) {
		policy->table_cap =
		    policy->table_cap ? 2 * policy->table_cap : 16;
		policy->table = mem_resize(
		    policy->table, policy->table_cap, sizeof(*policy->table));
	}
	policy->table[policy->tables++] = t;
	return good;
}

static bool parse_namespace(struct parser *p)
{
	struct place at;
	struct span prefix = {NULL, 0}, uri = {NULL, 0};
	const char *why;

	parser_advance(p);
	at = parser_here(p);
	if (!parser_take(p, TOKEN_WORD, "a prefix", &prefix) ||
	    !parser_take(p, TOKEN_STRING, "a namespace in quotes", &uri))
		return false;
	why = uri.n ? xpath_namespace(p->policy->xpath, prefix, uri)
		    : "has an empty namespace";
	if (why)
		policy_fault(p->policy, at, "prefix '%.*s' %s",
		    SPAN_ARG(span_cut(prefix)), why);
	return true;
}

static bool parse_statement(struct parser *p)
{
	int action = p->lex.token == TOKEN_WORD
			 ? word_index(action_names, p->lex.value)
			 : -1;

	if (action >= 0)
		return parse_rule(p, action);
	if (parser_is_word(p, "table"))
		return parse_table(p);
	if (parser_is_word(p, "namespace"))
		return parse_namespace(p);
	if (parser_is_word(p, "zone"))
		return parse_zone(p, &p->zone);
	return parser_unexpected(p,
	    "a rule (pass, hold, reject, drop, redact), "
	    "'table', 'namespace' or 'zone'");
}

void policy_parse(struct policy *policy, size_t source)
{
	struct source *s = &policy->source[source];
	struct parser p = {.policy = policy, .source = source};

	s->spare = mem_alloc(s->len);
	p.lex = (struct lexer){
	    .text = {s->text, s->len}, .spare = s->spare, .line = 1};
	parser_advance(&p);
	while (p.lex.token != TOKEN_END) {
		bool good = p.lex.token == TOKEN_EOL || parse_statement(&p);

		if (good && p.lex.token != TOKEN_EOL &&
		    p.lex.token != TOKEN_END)
			(void)parser_unexpected(&p, "the end of the line");
		lex_skip(&p.lex);
		if (p.lex.token == TOKEN_EOL)
			parser_advance(&p);
	}
}
