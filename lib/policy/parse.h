/* SPDX-License-Identifier: ISC */
/* What the parts of a policy's grammar share. */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "policy/internal.h"
#include "policy/lex.h"

struct parser {
	struct policy *policy;
	size_t source;
	struct lexer lex;
	const char *last; /* where the token before ended */
	struct span zone; /* of the rules from here on; .p NULL: UTC */
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

/* One entry or a list of them, which is not empty. */
bool parse_operand(struct parser *, struct entries *);

/* parse-body.c: what is behind the word body. */
bool parse_body_condition(struct parser *, struct condition *);

/* An optional '!'. */
bool parse_negation(struct parser *);

/* A '!' or none, and an operand: an entry or a list. */
bool parse_addresses(struct parser *, struct condition *);

/* The same, of words; and of the words that the kind knows, as bits. */
bool parse_word_operand(struct parser *, struct condition *);
bool parse_words(struct parser *, struct condition *);

/* An operator and a number of bytes. */
bool parse_size(struct parser *, struct condition *);

/* on-when.c: what is behind time, from (a date) or until; behind zone, which
 * is the token here. */
bool parse_time(struct parser *, struct condition *);
bool parse_date(struct parser *, struct condition *);
bool parse_zone(struct parser *, struct span *zone);

/* parse-terms.c: what is behind reviewers or expires, which is the token here. */
bool parse_reviewers(struct parser *, struct rule *);
bool parse_expires(struct parser *, struct rule *);

/* on-encrypted.c, on-file.c, on-schema.c, on-rate.c */
bool parse_encrypted(struct parser *, struct condition *);
bool parse_file(struct parser *, struct condition *);
bool parse_schema(struct parser *, struct condition *);
bool parse_rate(struct parser *, struct condition *);

/* The condition of that kind, whose word is the token here, onto the rule. */
bool parse_condition(struct parser *, struct rule *, int kind);

#endif
