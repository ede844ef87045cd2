/* SPDX-License-Identifier: ISC */
/* Deciding a record: the rules in order, what they redact, and what the
 * record says of it. */
#include "policy/explain.h"
#include "policy/judge.h"

enum { ESCAPED_MAX = 6 }; /* bytes of one in the canonical form */

static const char *const unjudged = "cannot be judged";
static const char *const unredacted = "cannot be redacted";

/* Whether all conditions are met; -1 if none is not, but one cannot be
 * told. */
static int rule_met(struct policy *p, const struct rule *r, struct buf *account)
{
	int result = 1;

	for (size_t i = 0; i < r->conditions; i++) {
		int met = condition_met(p, r, &r->condition[i]);

		if (met == 0) {
			if (account)
				explain_unmet(p, r, &r->condition[i], account);
			return 0;
		}
		if (met < 0)
			result = -1;
	}
	return result;
}

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
			return unjudged;
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

/* One more reason: RULE@TAG, and a text where there is one. */
static void add_reason(struct policy *p, struct span name, struct span text)
{
	struct buf *b = &p->judged.reasons;

	if (b->len)
		buf_adds(b, "; ");
	buf_addspan(b, name);
	buf_addc(b, '@');
	buf_adds(b, p->tag);
	if (text.n) {
		buf_adds(b, ": ");
		buf_addspan(b, text);
	}
}

/* What was read where it is not plain to see: a reason of its own, before the
 * one that is told. */
static void add_seen(struct policy *p, const struct rule *r)
{
	struct buf text = BUF_EMPTY;

	body_seen(p, r, &text);
	if (text.len)
		add_reason(p, r->name, buf_span(&text));
	buf_release(&text);
}

static const char *apply_redaction(
    struct policy *p, const struct rule *r, struct buf *account)
{
	struct buf text = BUF_EMPTY;
	size_t places = 0, before = p->judged.reasons.len;
	const char *why;

	/* Before the edit, as it shows what was seen. */
	if (account)
		explain_met(p, r, "redacts", account);
	add_seen(p, r);
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
	add_reason(p, r->name, r->text.p ? r->text : buf_span(&text));
	buf_release(&text);
	return NULL;
}

/* A rule's text is what the sender is told, and so comes last. */
static void add_decision(struct policy *p, const struct rule *r)
{
	size_t before = p->judged.reasons.len;

	if (r->action != DO_PASS)
		add_seen(p, r);
	if (r->text.n || p->judged.reasons.len == before)
		add_reason(p, r->name, r->text);
}

/* Whether a person has released what this rule held: it has had its say. */
static bool is_released(const struct policy *p, const struct rule *r)
{
	struct span rules = p->judged.released.rules, name;

	while (r->action == DO_HOLD && review_rule_next(&rules, &name)) {
		if (span_same(name, r->name))
			return true;
	}
	return false;
}

/* Try the rules in order; add the reason of the one that decides. */
static enum verdict run_rules(struct policy *p, struct buf *account)
{
	static const enum verdict verdicts[ACTIONS] = {VERDICT_PASS,
	    VERDICT_HOLD, VERDICT_REJECT, VERDICT_DROP, VERDICT_REJECT};

	for (size_t i = 0; i < p->rules; i++) {
		const struct rule *r = &p->rule[i];
		const char *why;
		int met;

		if (is_released(p, r)) {
			if (account)
				explain_released(p, r, account);
			continue;
		}
		met = rule_met(p, r, account);
		if (met == 0)
			continue;
		why = met < 0 ? unjudged : NULL;
		if (met > 0 && r->action == DO_REDACT)
			why = apply_redaction(p, r, account);
		if (why) {
			if (account)
				explain_met(p, r, why, account);
			add_reason(p, r->name, span_of(why));
			return VERDICT_REJECT;
		}
		if (r->action == DO_REDACT)
			continue;
		if (account)
			explain_met(p, r, action_names[r->action], account);
		add_decision(p, r);
		p->judged.terms = r->terms;
		return verdicts[r->action];
	}
	add_reason(p, span_of(POLICY_NO_RULE), span_of("no rule allows it"));
	return VERDICT_REJECT;
}

static size_t line_length(const struct record *r)
{
	size_t n = r->extra.n + RECORD_FIELDS - 1;

	for (int i = 0; i < RECORD_FIELDS; i++)
		n += r->field[i].n;
	return n;
}

/* What the record becomes; what is already as tight stays as it is. */
static enum policy_outcome settle(
    struct policy *p, struct record *r, enum verdict verdict, const char **why)
{
	struct judged *j = &p->judged;

	if (r->verdict > verdict || (r->verdict == verdict && !j->redactions))
		return POLICY_KEEP;
	if (j->redactions) {
		if (record_absent(r, RECORD_ORIGINAL))
			r->field[RECORD_ORIGINAL] = r->field[RECORD_STANZA];
		r->field[RECORD_STANZA] = j->data;
	}
	buf_reset(&j->extra);
	terms_write(&j->extra, r->extra, &j->terms);
	r->extra = buf_span(&j->extra);
	r->field[RECORD_REASON] = buf_span(&j->reasons);
	record_set_verdict(r, verdict);
	if (line_length(r) <= RECORD_LINE_MAX)
		return POLICY_WRITE;
	*why = "would be longer than 8 MiB once decided";
	return POLICY_BAD;
}

/* What is known of the files that it links to goes on with it, however it was
 * decided. */
static enum policy_outcome add_links(struct policy *p, struct record *r,
    enum policy_outcome outcome, const char **why)
{
	struct judged *j = &p->judged;

	judged_links(p);
	if (outcome == POLICY_BAD || !j->links.count)
		return outcome;
	buf_reset(&j->linked);
	links_write(&j->links, &j->linked, r->extra);
	if (span_same(buf_span(&j->linked), r->extra))
		return outcome;
	r->extra = buf_span(&j->linked);
	if (line_length(r) <= RECORD_LINE_MAX)
		return POLICY_WRITE;
	*why = "would be longer than 8 MiB once decided";
	return POLICY_BAD;
}

static const char *begin(struct policy *p, const struct record *r)
{
	struct judged *j = &p->judged;
	const char *why = judged_begin(p, r->field[RECORD_STANZA]);

	j->event = r->event;
	j->record = r;
	j->time = r->field[RECORD_TIME];
	j->redactions = 0;
	j->terms = (struct terms){0, 0};
	if (!review_reason_read(r->field[RECORD_REASON], &j->released))
		j->released.rules.n = 0;
	buf_reset(&j->reasons);
	if (why)
		return why;
	if (r->event == EVENT_REVIEW || r->event == EVENT_UPLOAD
		? !record_fits(r->event, &j->stanza)
		: !stanza_is_stanza(&j->stanza) &&
		    !record_fits(EVENT_DONE, &j->stanza))
		return "has neither a stanza nor an element of ours";
	if (!record_absent(r, RECORD_REASON))
		buf_addspan(&j->reasons, r->field[RECORD_REASON]);
	return NULL;
}

/* What a person settled is for no rule to judge. */
static enum policy_outcome let_pass(struct record *r)
{
	if (r->verdict != VERDICT_NONE)
		return POLICY_KEEP;
	record_set_verdict(r, VERDICT_PASS);
	return POLICY_WRITE;
}

static enum policy_outcome judge(
    struct policy *p, struct record *r, const char **why, struct buf *account)
{
	enum verdict verdict;

	if (r->event == EVENT_REVIEW)
		return let_pass(r);
	verdict = run_rules(p, account);
	if (verdict <= VERDICT_HOLD)
		body_keep(p);
	return add_links(p, r, settle(p, r, verdict, why), why);
}

enum policy_outcome policy_decide(
    struct policy *p, struct record *r, const char **why, struct buf *account)
{
	enum policy_outcome outcome = POLICY_KEEP;

	if (r->verdict < VERDICT_DELIVER) {
		*why = begin(p, r);
		if (*why)
			return POLICY_BAD;
	}
	if (account)
		explain_record(p, r, account);
	if (r->verdict < VERDICT_DELIVER)
		outcome = judge(p, r, why, account);
	if (account && outcome != POLICY_BAD)
		explain_verdict(r, outcome == POLICY_KEEP, account);
	return outcome;
}
