/* SPDX-License-Identifier: ISC */
/* What a compliance server answers, before it is believed. */
#include "broker/internal.h"

enum { ANSWER_MORE = RECORD_STANZA_MAX + 65536 }; /* bytes */

/* What the fields that a server must leave alone are called. */
static const char *const other[] = {
    [RECORD_ID] = "has another id",
    [RECORD_TIME] = "has another time",
    [RECORD_NODE] = "is of another node",
    [RECORD_SESSION] = "is of another session",
    [RECORD_EVENT] = "is another event",
};

static const char *vet_head(const struct record *asked,
    const struct record *got)
{
	for (int i = RECORD_ID; i <= RECORD_EVENT; i++) {
		if (!span_same(asked->field[i], got->field[i]))
			return other[i];
	}
	return NULL;
}

static const char *vet_verdict(const struct record *asked,
    const struct record *got)
{
	if (got->verdict >= VERDICT_DELIVER)
		return "has a verdict that only the gate gives";
	if (got->verdict < asked->verdict)
		return "has a looser verdict than it was asked with";
	return NULL;
}

static const char *vet_stanza(struct broker *b, const struct record *asked,
    const struct record *got)
{
	struct span was = asked->field[RECORD_STANZA];
	struct span now = got->field[RECORD_STANZA];

	if (span_same(was, now))
		return NULL;
	if (b->config.judge_only)
		return "has another stanza, where it may only judge";
	if (now.n > RECORD_STANZA_MAX && now.n > was.n)
		return "has a stanza that is too large";
	if (asked->event != EVENT_SEND && asked->event != EVENT_RECV)
		return "has another element, where only a stanza may change";
	return same_stanza_check(&b->same, was, now);
}

static void fault(struct judge *j, const struct record *r, const char *why)
{
	judge_say(j, "the answer to %.*s %s: it does not count",
	    SPAN_ARG(r->field[RECORD_ID]), why);
	judge_fault(j);
}

/* It is nobody's answer. One that comes late is the server's bad luck. */
static void stray(struct broker *b, struct judge *j, const struct record *r)
{
	const struct judge *by;

	if (window_find(&b->window, r->field[RECORD_ID]))
		judge_say(j, "the answer to %.*s is late: another was asked",
		    SPAN_ARG(r->field[RECORD_ID]));
	else if (!window_knows(&b->window, r->field[RECORD_ID], &by))
		fault(j, r, "answers what was never asked");
	else if (by == j)
		fault(j, r, "comes twice");
	else
		judge_say(j, "the answer to %.*s is late",
		    SPAN_ARG(r->field[RECORD_ID]));
}

/* The original is what was asked with, whatever the server says. */
static struct span mend(struct broker *b, const struct record *asked,
    struct record *got, struct span line)
{
	struct span is = asked->field[RECORD_ORIGINAL];

	if (!span_same(asked->field[RECORD_STANZA],
		got->field[RECORD_STANZA]) && record_absent(asked,
		RECORD_ORIGINAL))
		is = asked->field[RECORD_STANZA];
	if (span_same(is, got->field[RECORD_ORIGINAL]))
		return (struct span){line.p, line.n + 1};
	got->field[RECORD_ORIGINAL] = is;
	buf_reset(&b->scratch);
	record_write(&b->scratch, got);
	return buf_span(&b->scratch);
}

void broker_ponged(void *arg, struct judge *j, struct span token)
{
	struct broker *b = arg;
	struct inquiry *q =
	    token.n == INQUIRY_TOKEN ? window_find(&b->window, token) : NULL;

	if (!q || q->kind != INQUIRY_PING || q->judge != j || !q->asked)
		return;
	judge_answered(j, q);
	broker_settle(b, q, (struct span){NULL, 0});
	judge_pump(j);
}

void broker_answer(void *arg, struct judge *j, struct span line)
{
	struct broker *b = arg;
	struct record got;
	struct inquiry *q;
	const char *why = record_parse(&got, line.p, line.n);

	if (why) {
		judge_say(j, "a line %s: it does not count", why);
		judge_fault(j);
		return;
	}
	q = window_find(&b->window, got.field[RECORD_ID]);
	if (!q || q->judge != j || !q->asked) {
		if (q || !broker_review(b, j, &got, line))
			stray(b, j, &got);
		return;
	}
	why = line.n > 2 * q->len + ANSWER_MORE ? "is too long"
					       : vet_head(&q->record, &got);
	if (!why)
		why = vet_verdict(&q->record, &got);
	if (!why)
		why = vet_stanza(b, &q->record, &got);
	if (!why) {
		bool suspected = q->blamed > 0;

		judge_answered(j, q);
		broker_settle(b, q, mend(b, &q->record, &got, line));
		if (suspected)
			judge_pump(j);
		return;
	}
	judge_say(j, "the answer to %.*s %s: it does not count",
	    SPAN_ARG(got.field[RECORD_ID]), why);
	judge_withdraw(j, q);
	q->refused++;
	q->tried |= UINT64_C(1) << j->number;
	judge_fault(j);
	broker_route(b, q);
}
