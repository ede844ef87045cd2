/* SPDX-License-Identifier: ISC */
/* What the parts of a policy's grammar share. */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "policy-lex.h"
#include "policy-rule.h"

struct parser {
	struct policy *policy;
	size_t source;
	struct lexer lex;
	const char *last; /* where the token before ended */
};

struct place parser_here(const struct parser *);
void parser_advance(struct parser *);
bool parser_is_word(const struct parser *, const char *word);

/* Note that something else is here than what; always false. */
bool parser_unexpected(struct parser *, const char *what);

/* Step over a token of that kind, its value in *value; or note that it is
 * not what. */
bool parser_take(
    struct parser *, enum token, const char *what, struct span *value);

/* All of these return false after a note, for the rest of the statement to be
 * skipped; what is noted but does not stop them leaves them true. */

/* One word, string, regular expression or <table>. */
bool parse_entry(struct parser *, struct entries *);

/* { a, b c } with each entry parsed by one; the brace is the token here. */
bool parse_list(struct parser *, struct entries *,
    bool (*one)(struct parser *, struct entries *));

/* The condition of that kind, whose word is the token here, onto the rule. */
bool parse_condition(struct parser *, struct rule *, int kind);

#endif
