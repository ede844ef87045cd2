/* SPDX-License-Identifier: ISC */
/* The terms of a hold rule: reviewers and expires. */
#include "base/quantity.h"
#include "policy/parse.h"

enum { TERM_MAX = 24 }; /* bytes of one */

/* The word behind the one at hand, as a string; and where it is. */
static bool take_term(struct parser *p, const char *what, struct place *at,
    struct span *word, char text[TERM_MAX])
{
	parser_advance(p);
	*at = parser_here(p);
	if (!parser_take(p, TOKEN_WORD, what, word))
		return false;
	text[0] = '\0';
	if (word->n < TERM_MAX) {
		memcpy(text, word->p, word->n);
		text[word->n] = '\0';
	}
	return true;
}

bool parse_reviewers(struct parser *p, struct rule *r)
{
	struct place at;
	struct span word;
	char text[TERM_MAX];
	uint64_t n;

	if (!take_term(p, "a number of reviewers", &at, &word, text))
		return false;
	if (r->terms.reviewers)
		policy_fault(p->policy, at, "a second 'reviewers'");
	else if (!quantity_number(text, &n) || n < 1 || n > TERMS_REVIEWERS_MAX)
		policy_fault(p->policy, at,
		    "'%.*s' is no number of reviewers (1 to %d)",
		    SPAN_ARG(span_cut(word)), TERMS_REVIEWERS_MAX);
	else
		r->terms.reviewers = (unsigned)n;
	return true;
}

bool parse_expires(struct parser *p, struct rule *r)
{
	struct place at;
	struct span word;
	char text[TERM_MAX];
	uint64_t millis;

	if (!take_term(p, "a time such as 4h", &at, &word, text))
		return false;
	if (r->terms.expires)
		policy_fault(p->policy, at, "a second 'expires'");
	else if (!quantity_duration(text, &millis) || millis < 1000 ||
	    millis / 1000 > TERMS_EXPIRES_MAX)
		policy_fault(p->policy, at,
		    "'%.*s' is no time from 1s to %dd, such as 4h",
		    SPAN_ARG(span_cut(word)), TERMS_EXPIRES_MAX / 86400);
	else
		r->terms.expires = millis / 1000;
	return true;
}
