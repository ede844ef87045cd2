/* SPDX-License-Identifier: ISC */
/* What a rule that redacts does to a record. */
#include "policy/explain.h"
#include "policy/judge.h"

enum { ESCAPED_MAX = 6 }; /* bytes of one in the canonical form */

static const char unredacted[] = "cannot be redacted";

/* Every place that any of the rule's body conditions matches. */
static bool find_cuts(struct policy *p, const struct rule *r)
{
	struct judged *j = &p->judged;

	j->cuts.count = 0;
	for (size_t i = 0; i < r->conditions; i++) {
		const struct condition *c = &r->condition[i];

		if (c->kind != ON_BODY || c->negated)
			continue;
		if (!body_cuts(p, c, &j->cuts))
			return false;
	}
	return true;
}

/* Whether the rule matches nothing but fields for machines, which it lets
 * be. */
static bool only_machine(struct policy *p, const struct rule *r)
{
	const struct texts *t = &p->judged.texts;

	for (size_t text = 0; text < t->count; text++) {
		for (size_t i = 0; i < r->conditions; i++) {
			const struct condition *c = &r->condition[i];

			if (t->text[text].kind != TEXT_MACHINE &&
			    c->kind == ON_BODY && !c->negated &&
			    text_in_sets(p, c, text) != 0)
				return false;
		}
	}
	return true;
}

/* Put the rule's text in the place of all cuts, and go over to the edited
 * stanza. NULL, or why that is not possible. */
static const char *edit(struct policy *p, struct span with, size_t *places)
{
	struct judged *j = &p->judged;
	struct buf *out = &j->edited[j->turn];
	struct span before = j->data;
	size_t room = with.n * ESCAPED_MAX + 1, n;

	/* The file itself would go on as it is. */
	if (j->event == EVENT_UPLOAD && j->cuts.count)
		return unredacted;
	if (j->cuts.count > (RECORD_LINE_MAX - room) / room)
		return unredacted;
	buf_reset(out);
	n = texts_replace(&j->texts, j->data, &j->cuts, with, out);
	if (!n || out->len > RECORD_LINE_MAX)
		return unredacted;
	if (judged_begin(p, buf_span(out)) != NULL) {
		(void)judged_begin(p, before);
		return unredacted;
	}
	*places += n;
	j->turn = 1 - j->turn;
	return NULL;
}

/* Edit until there is nothing left for the rule: what a cut brings together
 * may be another place. NULL, or why that is not possible. */
static const char *redact(
    struct policy *p, const struct rule *r, size_t *places)
{
	const char *why;

	for (int round = 0; round <= POLICY_ROUNDS; round++) {
		judged_texts(p);
		if (!find_cuts(p, r))
			return policy_unjudged;
		if (!cuts_settle(&p->judged.cuts, &p->judged.texts,
			!r->once))
			return unredacted;
		if (!p->judged.cuts.count && (round || only_machine(p, r)))
			return NULL;
		why = edit(p, r->with, places);
		if (why || r->once)
			return why;
	}
	return unredacted;
}

const char *rule_redact(struct policy *p, const struct rule *r,
    struct buf *account)
{
	struct buf text = BUF_EMPTY;
	size_t places = 0, before = p->judged.reasons.len;
	const char *why;

	/* Before the edit, as it shows what was seen. */
	if (account)
		explain_met(p, r, "redacts", account);
	judged_add_seen(p, r);
	why = redact(p, r, &places);
	if (why || !places)
		p->judged.reasons.len = before;
	if (why)
		return why;
	if (!places) {
		if (account)
			buf_addf(account, "%14snothing but fields for "
			    "machines, let be\n", "");
		return NULL;
	}
	p->judged.redactions++;
	buf_addf(&text, "%zu redacted", places);
	if (account)
		buf_addf(account, "%14s%zu %s redacted\n", "", places,
		    places == 1 ? "place" : "places");
	judged_add_reason(p, r->name, r->text.p ? r->text : buf_span(&text));
	buf_release(&text);
	return NULL;
}
