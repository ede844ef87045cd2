/* SPDX-License-Identifier: ISC */
/* The condition rate. It is looked at after all others of its rule, as it
 * counts the records that meet them. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/stamp.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "policy/parse.h"

enum per { PER_FROM, PER_TO, PER_PAIR };

static const char *const pers[] = {"from", "to", "pair", NULL};

enum { WINDOW_MAX = 7 * 86400, QUANTITY_MAX = 24 }; /* seconds; bytes */

/* N/DURATION. */
static bool read_rate(struct span s, uint64_t *count, uint64_t *millis)
{
	char text[QUANTITY_MAX];
	char *slash;

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	slash = strchr(text, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return quantity_number(text, count) &&
	       quantity_duration(slash + 1, millis) && *count &&
	       *count <= RATE_COUNT_MAX && *millis &&
	       *millis <= (uint64_t)WINDOW_MAX * 1000;
}

bool parse_rate(struct parser *p, struct condition *c)
{
	uint64_t count = 1, millis = 1;
	struct place at;
	struct span rate = { 0 };
	int per;

	c->negated = parse_negation(p);
	at = parser_here(p);
	if (!parser_take(p, TOKEN_WORD, "a rate N/DURATION", &rate))
		return false;
	if (!read_rate(rate, &count, &millis))
		policy_fault(p->policy, at,
		    "'%.*s' is no rate N/DURATION (N: 1 to %d, DURATION: "
		    "at most 7d)",
		    SPAN_ARG(span_cut(rate)), RATE_COUNT_MAX);
	if (!parser_is_word(p, "per"))
		return parser_unexpected(p, "'per'");
	parser_advance(p);
	per = p->lex.token == TOKEN_WORD ? word_index(pers, p->lex.value) : -1;
	if (per < 0)
		return parser_unexpected(p, "'from', 'to' or 'pair'");
	parser_advance(p);
	c->words = (uint32_t)per;
	c->rate = rate_new(count, (int64_t)millis * 1000);
	return true;
}

/* The key of one address or two: accounts, without their resources. */
static struct span key_of(struct policy *p, const struct condition *c,
    size_t from, size_t to)
{
	const struct judged *j = &p->judged;
	struct buf *b = &p->judged.rate_key;

	buf_reset(b);
	if (c->words != PER_TO)
		buf_addspan(b, j->key[PARTICIPANTS_FROM][from].form[0].bare);
	buf_addc(b, '\n');
	if (c->words != PER_FROM)
		buf_addspan(b, j->key[PARTICIPANTS_TO][to].form[0].bare);
	return buf_span(b);
}

/* The account that sends it is the first of its addresses; whom it goes to,
 * and that may be several, are all of the others. What has none that can be
 * read is not counted. */
static enum rate_seen hit_all(
    struct policy *p, const struct condition *c, int64_t now)
{
	const struct judged *j = &p->judged;
	size_t froms = j->participants.side[PARTICIPANTS_FROM].count;
	size_t tos = j->participants.side[PARTICIPANTS_TO].count;
	size_t last = c->words == PER_FROM ? (froms ? 1 : 0) : tos;
	enum rate_seen result = RATE_WITHIN;

	if (!last || (c->words == PER_PAIR && !froms))
		return RATE_NOBODY;
	if (c->words != PER_TO && !j->key[PARTICIPANTS_FROM][0].form[0].full.p)
		return RATE_UNKNOWN;
	for (size_t i = 0; i < last; i++) {
		int hit;

		if (c->words != PER_FROM &&
		    !j->key[PARTICIPANTS_TO][i].form[0].full.p)
			return RATE_UNKNOWN;
		hit = rate_hit(c->rate, key_of(p, c, 0, i), now);
		if (hit != 0 && result != RATE_OVER)
			result = hit > 0 ? RATE_OVER : RATE_FULL;
	}
	return result;
}

int met_rate(struct policy *p, const struct rule *r, const struct condition *c)
{
	bool pass = r->action == DO_PASS;
	enum rate_seen seen;
	int64_t now = 0;

	judged_participants(p);
	(void)stamp_read(p->judged.time.p, p->judged.time.n, &now);
	seen = hit_all(p, c, now);
	rate_note(c->rate, seen);
	switch (seen) {
	case RATE_NOBODY:
		return 0;
	case RATE_UNKNOWN:
		return pass ? 0 : -1;
	case RATE_FULL:
		return !pass;
	default:
		return (seen == RATE_OVER) != c->negated;
	}
}

/* As it was found out: to ask again would be to count again. */
void see_rate(struct policy *p, const struct condition *c, struct buf *b)
{
	static const char *const words[] = {[RATE_WITHIN] = "within it",
	    [RATE_OVER] = "over it",
	    [RATE_FULL] = "not known, as the memory is full",
	    [RATE_NOBODY] = "nobody's",
	    [RATE_UNKNOWN] = "of no valid address"};

	(void)p;
	buf_adds(b, words[rate_noted(c->rate)]);
}
