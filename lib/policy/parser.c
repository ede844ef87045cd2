/* SPDX-License-Identifier: ISC */
/* Going over the tokens of a policy. */
#include "policy/parse.h"

struct place parser_here(const struct parser *p)
{
	return (struct place){p->source, p->lex.at};
}

void parser_advance(struct parser *p)
{
	if (p->lex.raw.p)
		p->last = p->lex.raw.p + p->lex.raw.n;
	lex_next(&p->lex);
}

bool parser_is_word(const struct parser *p, const char *word)
{
	return p->lex.token == TOKEN_WORD && span_is(p->lex.value, word);
}

bool parser_unexpected(struct parser *p, const char *what)
{
	const struct lexer *l = &p->lex;
	struct place at = parser_here(p);

	if (l->token == TOKEN_BAD)
		policy_fault(p->policy, at, "%s", l->why);
	else if (l->token == TOKEN_EOL || l->token == TOKEN_END)
		policy_fault(p->policy, at,
		    "expected %s, not the end of the %s", what,
		    l->token == TOKEN_EOL ? "line" : "file");
	else
		policy_fault(p->policy, at, "expected %s, not '%.*s'", what,
		    SPAN_ARG(span_cut(l->raw)));
	return false;
}

bool parser_take(
    struct parser *p, enum token token, const char *what, struct span *value)
{
	if (p->lex.token != token)
		return parser_unexpected(p, what);
	*value = p->lex.value;
	parser_advance(p);
	return true;
}
