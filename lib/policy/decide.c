/* SPDX-License-Identifier: ISC */
/* Deciding a record: the rules in order, and what the record says of it. */
#include "policy/explain.h"
#include "policy/judge.h"

const char policy_unjudged[] = "cannot be judged";

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

void judged_add_reason(struct policy *p, struct span name, struct span text)
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

void judged_add_seen(struct policy *p, const struct rule *r)
{
	struct buf text = BUF_EMPTY;

	body_seen(p, r, &text);
	if (text.len)
		judged_add_reason(p, r->name, buf_span(&text));
	buf_release(&text);
}

/* A rule's text is what the sender is told, and so comes last. */
static void add_decision(struct policy *p, const struct rule *r)
{
	size_t before = p->judged.reasons.len;

	if (r->action != DO_PASS)
		judged_add_seen(p, r);
	if (r->text.n || p->judged.reasons.len == before)
		judged_add_reason(p, r->name, r->text);
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
		why = met < 0 ? policy_unjudged : NULL;
		if (met > 0 && r->action == DO_REDACT)
			why = rule_redact(p, r, account);
		if (why) {
			if (account)
				explain_met(p, r, why, account);
			judged_add_reason(p, r->name, span_of(why));
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
	judged_add_reason(p, span_of(POLICY_NO_RULE),
	    span_of("no rule allows it"));
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
