/* SPDX-License-Identifier: ISC */
/* What does not come back from the pipeline, in time or at all. */
#include "live/internal.h"
#include "live/notice.h"

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
