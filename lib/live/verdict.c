/* SPDX-License-Identifier: ISC */
/* What comes back from the pipeline, vetted again. */
#include <inttypes.h>

#include "base/stamp.h"
#include "io/timer.h"
#include "live/component.h"
#include "live/internal.h"
#include "live/notice.h"
#include "live/release.h"
#include "xml/bounce.h"
#include "xml/same-stanza.h"

enum { LATE_SAID = 10000 };

/* A stanza that was changed on its way. Returns NULL if it may go on. */
static const char *vet(struct proxy *p, struct item *i, struct span changed)
{
	struct same_stanza alike = {.was = {0}};
	const char *why;

	/* In whose record a password is not to be seen is sent as it came. */
	if (i->kind != ITEM_STANZA || i->wire.len)
		return "is not what it was";
	if (changed.n > p->o.max_size && changed.n > item_stanza(i).n)
		return "is too large";
	why = same_stanza_check(&alike, item_stanza(i), changed);
	same_stanza_release(&alike);
	return why;
}

static void refuse_altered(struct item *i)
{
	verdict_refuse(i, "cancel", "internal-server-error",
	    span_of("could not be verified, and was not delivered"));
}

/* It came back as something else: that is on disk before it is said. */
static void stop(struct proxy *p, struct item *i, const char *why)
{
	p->o.say("session %.*s: record %.*s came back and %s: it is not "
		 "released", RECORDER_TOKEN, i->session->token, UUID_LEN,
	    i->q.line.data, why);
	buf_reset(&i->wire);
	i->state = ITEM_NOTED;
	notice_done(i, "gate", "", refuse_altered);
}

static void release(struct proxy *p, struct item *i, const struct record *r)
{
	struct span stanza = r->field[RECORD_STANZA];
	const char *why = NULL;

	if (r->event != i->event)
		why = "is another event";
	else if (!span_same(stanza, item_stanza(i))) {
		why = vet(p, i, stanza);
		if (!why)
			wire_element(&i->wire, stanza);
	}
	if (why) {
		stop(p, i, why);
		return;
	}
	slots_judged(i->session, i->way, stanza, &i->wire);
	if (i->refusal) {
		refusal_allowed(i);
		return;
	}
	if (i->kind == ITEM_STANZA && i->way == UP)
		p->count.sent++;
	else if (i->kind == ITEM_STANZA)
		p->count.received++;
	i->outcome = ITEM_GOES;
	item_ready(i);
}

static void returned(struct item *i, const struct record *r)
{
	struct reason reason;
	struct span text = span_of("refused by policy");

	if (reason_last(r->field[RECORD_REASON], &reason) && reason.text.n)
		text = reason.text;
	verdict_refuse(i, "cancel", "policy-violation", text);
}

/* It is back, but nobody let it out: perhaps a fresh pipeline will. */
static void stuck(struct proxy *p, struct item *i, const struct record *r)
{
	p->o.say("session %.*s: record %.*s came back with the verdict '%s': "
		 "only cup-deliver --records releases", RECORDER_TOKEN,
	    i->session->token, UUID_LEN, i->q.line.data,
	    verdict_name(r->verdict));
	i->state = ITEM_STUCK;
}

void item_alone(struct proxy *p, struct item *i, const struct record *r)
{
	if (i->kind == ITEM_RELEASE)
		release_answered(i, r);
	else
		item_free(p, i);
}

void verdict_ask_more(struct session *s)
{
	if (s->phase == SESSION_OVER)
		return;
	queue_ask(s, UP);
	queue_ask(s, DOWN);
}

void verdict_garbled(void *arg, struct question *q, const char *why)
{
	struct proxy *p = arg;
	struct item *i = (struct item *)(void *)q;
	struct session *s = i->session;

	p->count.records_out++;
	if (!s) {
		item_alone(p, i, NULL);
		return;
	}
	queue_answered(i);
	item_unlist(p, i);
	stop(p, i, why);
	verdict_ask_more(s);
}

void verdict_answer(void *arg, struct question *q, const struct record *r)
{
	struct proxy *p = arg;
	struct item *i = (struct item *)(void *)q;
	struct session *s = i->session;

	p->count.records_out++;
	decided_add(&p->decided, r, stamp_now() - q->asked);
	if (!s) {
		item_alone(p, i, r);
		return;
	}
	queue_answered(i);
	switch (r->verdict) {
	case VERDICT_DELIVER:
		item_unlist(p, i);
		release(p, i, r);
		break;
	case VERDICT_RETURN:
		item_unlist(p, i);
		p->count.returned++;
		returned(i, r);
		break;
	case VERDICT_DISCARD:
		item_unlist(p, i);
		p->count.discarded++;
		if (i->refusal) {
			refusal_denied(i);
			break;
		}
		i->outcome = ITEM_REFUSED;
		buf_reset(&i->wire);
		item_ready(i);
		break;
	default:
		stuck(p, i, r);
		break;
	}
	verdict_ask_more(s);
}

void verdict_stray(void *arg, const struct record *r)
{
	struct proxy *p = arg;

	int64_t now = timer_now();

	p->count.records_out++;
	if (r->event == EVENT_REVIEW) {
		if (!p->releases)
			p->o.say("review %.*s is passed over: no --review-key "
				 "is given", SPAN_ARG(r->field[RECORD_ID]));
		releases_stray(p->releases, r);
		return;
	}
	p->count.late++;
	if (!p->late_said || now - p->late_said > LATE_SAID) {
		p->late_said = now;
		p->o.say("record %.*s came back too late, or was never asked: "
			 "it is not released (%" PRIu64 " so far)", UUID_LEN,
		    r->field[RECORD_ID].p, p->count.late);
	}
	if (r->verdict == VERDICT_DELIVER && r->event != EVENT_LOGOUT)
		notice_late(p, r);
}

/* Its sender; of an answer to an iq, who asked. */
static void tell(struct proxy *p, struct item *i, const struct bounce *why)
{
	i->answers = bounce_answer(&p->line, &p->stanza, why);
	if (!i->answers && !bounce_write(&p->line, &p->stanza, why))
		return;
	if (i->answers || i->way == UP)
		wire_element(&i->wire, buf_span(&p->line));
	else if (!component_send(p->component, buf_span(&p->line)))
		notice_done(i, "returned", " sender=\"untold\"", NULL);
}

void verdict_refuse(struct item *i, const char *type, const char *condition,
    struct span text)
{
	struct proxy *p = i->session->proxy;
	struct bounce why = {type, condition, text};

	i->outcome = ITEM_REFUSED;
	if (i->refusal) {
		refusal_denied(i);
		return;
	}
	if (i->kind == ITEM_LOGIN) {
		item_ready(i);
		return;
	}
	buf_reset(&i->wire);
	buf_reset(&p->line);
	if (!stanza_read(&p->stanza, item_stanza(i))) {
		tell(p, i, &why);
		if (refusal_begin(i, &why))
			return;
	}
	item_ready(i);
}
