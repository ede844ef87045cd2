/* SPDX-License-Identifier: ISC */
/* Stream management (XEP-0198) as the two sides of a session ask for it and
 * answer. What is said is noted when it is read, so that each answer is known
 * for what it answers; counting begins where it stands in the order. Nothing
 * goes on as it came: an element is made anew from what the XEP has in it. */
#include <inttypes.h>

#include "live/internal.h"

static struct span attribute(struct session *s, const char *name)
{
	return stanza_get(&s->proxy->stanza, 0, name);
}

/* XEP-0198 section 3: what is out of place; the stream lives. */
void managed_turn_down(struct session *s, const char *condition)
{
	struct buf *out = &s->proxy->out;

	buf_reset(out);
	buf_addf(out, "<failed xmlns=\"%.*s\"><%s xmlns=\"" NS_STANZAS
		      "\"/></failed>", SPAN_ARG(s->proxy->root.ns), condition);
	queue_pass(s, DOWN, ITEM_OTHER, buf_span(out));
}

void managed_unexpected(struct session *s)
{
	managed_turn_down(s, "unexpected-request");
}

/* Read the element in proxy.canon, and its counter. */
static bool counter(struct session *s, uint32_t *h)
{
	return !stanza_read(&s->proxy->stanza, buf_span(&s->proxy->canon)) &&
	    sm_count(attribute(s, "h"), h);
}

static void ack(struct session *s, int way, uint32_t h)
{
	struct buf *out = &s->proxy->out;

	buf_reset(out);
	buf_addf(out, "<a xmlns=\"%s\" h=\"%" PRIu32 "\"/>", s->sm->ns, h);
	session_write(s, way, buf_span(out));
}

static void client_ack(struct session *s)
{
	uint32_t h;

	if (!s->sm_down)
		managed_unexpected(s);
	else if (!counter(s, &h))
		managed_turn_down(s, "bad-request");
	else
		ack(s, UP, sm_acked(s->sm, h));
}

static void client_request(struct session *s)
{
	struct buf *out = &s->proxy->out;

	if (s->managed == MANAGED_NONE) {
		managed_unexpected(s);
		return;
	}
	buf_reset(out);
	buf_addf(out, "<r xmlns=\"%s\"/>", s->sm->ns);
	queue_pass(s, UP, ITEM_REQUEST, buf_span(out));
}

void managed_client(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;

	if (s->managed == MANAGED_NONE)
		s->sm_ns = span_is(r->ns, NS_SM2) ? NS_SM2 : NS_SM;
	if (span_is(r->local, "resume"))
		managed_resume(s);
	else if (span_is(r->local, "enable"))
		managed_enable(s);
	else if (span_is(r->local, "a"))
		client_ack(s);
	else if (span_is(r->local, "r"))
		client_request(s);
	else
		managed_unexpected(s);
}

/* The server answers what nobody asked. */
void managed_nonsense(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;

	s->proxy->o.say("session %.*s: the server sent a <%.*s> that answers "
			"nothing: the session is ended", RECORDER_TOKEN,
	    s->token, SPAN_ARG(r->local));
	session_fail(s, "internal-server-error", NULL,
	    "unasked answer from the server");
}

static void failed(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->resuming == RESUMING_ALONE) {
		managed_resume_over(s);
		session_write(s, DOWN, buf_span(&p->canon));
		stream_unblock(s, UP);
	} else if (s->managed == MANAGED_ASKED && s->sm_up) {
		s->managed = MANAGED_NONE;
		s->sm_up = false;
		sm_refused(s->sm);
		queue_pass(s, DOWN, ITEM_OTHER, buf_span(&p->canon));
		managed_again(s);
	} else {
		managed_nonsense(s);
	}
}

void managed_told(struct session *s)
{
	uint32_t h;

	if (s->sm && sm_tell(s->sm, &h))
		ack(s, DOWN, h);
}

void managed_placed(struct session *s)
{
	uint32_t h;

	if (s->sm && s->sm_down && sm_owes(s->sm, &h))
		ack(s, UP, h);
}

static void acked(struct session *s)
{
	uint32_t h, told;

	if (!s->sm_up || !counter(s, &h) ||
	    !sm_server_acked(s->sm, h, &told)) {
		managed_nonsense(s);
		return;
	}
	if (s->phase != SESSION_ENDING)
		ack(s, DOWN, told);
	if (s->syncing)
		resume_acked(s, h);
}

void managed_server(struct session *s)
{
	struct span name = s->proxy->root.local;

	if (span_is(name, "a"))
		acked(s);
	else if (s->phase == SESSION_ENDING)
		return;
	else if (span_is(name, "r") && s->managed == MANAGED_ON)
		queue_pass(s, DOWN, ITEM_REQUEST, buf_span(&s->proxy->canon));
	else if (span_is(name, "enabled"))
		managed_enabled(s);
	else if (span_is(name, "resumed"))
		managed_resumed(s);
	else if (span_is(name, "failed"))
		failed(s);
}
