/* SPDX-License-Identifier: ISC */
/* What comes back from the pipeline, vetted again, and what does not. */
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

/* The sender is told, now that it is on disk that it will be. */
static void bounce(struct item *i)
{
	struct proxy *p = i->session->proxy;

	p->count.bounced++;
	if (i->kind == ITEM_LOGIN) {
		/* What was resumed may be resumed again. */
		i->session->resumable = i->session->sm != NULL;
		session_fail(i->session, "resource-constraint",
		    "the login could not be recorded in time",
		    "not recorded in time");
		return;
	}
	verdict_refuse(i, "wait", "resource-constraint",
	    span_of("could not be recorded in time, and was not delivered"));
}

static void let_through(struct item *i)
{
	i->session->proxy->count.passed++;
	slots_judged(i->session, i->way, item_stanza(i), &i->wire);
	i->outcome = ITEM_GOES;
	item_ready(i);
}

/* No answer is wanted any more. */
static void withdraw(struct proxy *p, struct item *i)
{
	struct session *s = i->session;

	if (i->state == ITEM_ASKED) {
		pipeline_drop(p->pipeline, &i->q);
		queue_unask(i);
	} else if (s->queue[i->way].unasked == i) {
		struct item *next = i->next;

		while (next && next->state != ITEM_HELD)
			next = next->next;
		s->queue[i->way].unasked = next;
	}
	i->state = ITEM_NOTED;
}

static void expire(struct proxy *p, struct item *i)
{
	bool login = i->kind == ITEM_LOGIN;

	item_unlist(p, i);
	if (p->o.on_failure == PROXY_HOLD && !login && !i->refusal)
		return;
	withdraw(p, i);
	if (i->refusal)
		refusal_unjudged(i);
	else if (login)
		notice_done(i, "bounced", "", bounce);
	else if (p->o.on_failure == PROXY_PASS)
		notice_done(i, "unlogged", "", let_through);
	else
		notice_done(i, "bounced", "", bounce);
}

void verdict_deadlines(struct proxy *p, int64_t now)
{
	while (p->oldest &&
	    now - p->oldest->since >= (int64_t)p->o.hold_timeout)
		expire(p, p->oldest);
}

/* The one, behind at in the queue, that nothing was done about yet. */
static struct item *unsent(struct item *at)
{
	while (at && (at->kind != ITEM_STANZA || !at->q.line.len ||
			 at->outcome != ITEM_GOES || at->notice ||
			 (at->state == ITEM_NOTED)))
		at = at->next;
	return at;
}

static void return_unsent(struct item *i)
{
	i->session->proxy->count.bounced++;
	verdict_refuse(i, "wait", "service-unavailable",
	    span_of("the server went away; this was not delivered"));
}

void verdict_unsent(struct session *s)
{
	struct proxy *p = s->proxy;
	struct item *i;

	/* The client of a managed session will send them again. */
	if (s->sm_up) {
		queue_drop(s, UP);
		session_settled(s);
		return;
	}
	while (s->phase != SESSION_OVER &&
	    (i = unsent(s->queue[UP].first)) != NULL) {
		item_unlist(p, i);
		withdraw(p, i);
		notice_done(i, "bounced", " why=\"server gone\"",
		    return_unsent);
	}
}

void verdict_abandon(struct item *i, const char *why)
{
	struct session *s = i->session;
	bool again = s->sm && s->sm->id.len && (i->way == UP ? s->sm_up
							     : s->sm_down);
	struct buf attrs = BUF_EMPTY;

	s->proxy->count.abandoned++;
	wire_attribute(&attrs, "why", span_of(why ? why : "closed"));
	if (again)
		buf_adds(&attrs, " again=\"true\"");
	notice_done(i, "abandoned", buf_str(&attrs), NULL);
	buf_release(&attrs);
}
