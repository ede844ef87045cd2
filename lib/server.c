/* SPDX-License-Identifier: ISC */
/* What the server's elements mean, and where they go. */
#include "session.h"

void server_header(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	const struct buf *lang = &s->leg[DOWN].scope.lang;
	struct wire_header h = {.from = r->from,
	    .to = r->to,
	    .id = r->id,
	    .version = r->version,
	    .lang = buf_span(lang)};

	if (!lang->len)
		h.lang.p = NULL;
	buf_reset(&p->out);
	wire_header(&p->out, &h);
	s->leg[UP].opened = true;
	session_write(s, DOWN, buf_span(&p->out));
}

static bool text_of(struct proxy *p, uint32_t node, struct buf *out)
{
	buf_reset(out);
	if (node == STANZA_NONE)
		return false;
	stanza_text(&p->stanza, node, out);
	return out->len > 0;
}

/* RFC 6120 section 7.6: the server says who the client is. */
static void bound(struct session *s)
{
	struct proxy *p = s->proxy;
	uint32_t node = STANZA_NONE;

	buf_release(&s->bind_id);
	if (!stanza_read(&p->stanza, buf_span(&p->canon)))
		node = stanza_child(&p->stanza, 0, NS_BIND, "bind");
	if (node != STANZA_NONE)
		node = stanza_child(&p->stanza, node, NS_BIND, "jid");
	if (span_is(p->root.type, "result") && text_of(p, node, &s->jid)) {
		login_hold(s, buf_span(&p->canon), NULL);
		return;
	}
	buf_reset(&s->jid);
	session_write(s, DOWN, buf_span(&p->canon));
	leg_unblock(s, UP);
}

/* Whether it answers a ping that went in place of a refused stanza. */
static struct sm_swap *swapped(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;

	if (!s->sm || !s->sm->count || !span_is(r->local, "iq") || !r->id.p ||
	    !(span_is(r->type, "result") || span_is(r->type, "error")) ||
	    !span_same(r->from, jid_domain(buf_span(&s->jid))))
		return NULL;
	return sm_swapped(s->sm, r->id);
}

static void stanza(struct session *s, const struct oversize *over)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	struct sm_swap *w;

	if (s->phase == SESSION_BOUND || s->jid.len) {
		w = swapped(s);
		if (w)
			lane_swapped(s, w);
		else
			session_stanza(s, DOWN, over);
	} else if (over) {
		session_fail(s, "policy-violation", NULL, "too large");
	} else if (s->bind_id.len && span_is(r->local, "iq") &&
	    span_same(r->id, buf_span(&s->bind_id))) {
		bound(s);
	} else {
		session_write(s, DOWN, buf_span(&p->canon));
	}
}

/* Append the attribute as it is, if it is there. */
static void keep(struct proxy *p, struct buf *out, const char *name)
{
	struct span value = stanza_get(&p->stanza, 0, name);

	if (value.p)
		buf_addf(out, " %s=\"%.*s\"", name, SPAN_ARG(value));
}

/* Without the "location" that would lead the client around the node. */
static void enabled(struct session *s)
{
	struct proxy *p = s->proxy;
	struct buf id = BUF_EMPTY;
	struct span resume;
	uint32_t max = 0;

	if (stanza_read(&p->stanza, buf_span(&p->canon)))
		return;
	resume = stanza_get(&p->stanza, 0, "resume");
	sm_count(stanza_get(&p->stanza, 0, "max"), &max);
	stanza_unescape(&id, stanza_get(&p->stanza, 0, "id"));
	if (s->sm && (span_is(resume, "true") || span_is(resume, "1")))
		sm_enabled(&p->sms, s->sm, buf_span(&id), max);
	buf_release(&id);
	buf_reset(&p->out);
	buf_addf(&p->out, "<enabled xmlns=\"%.*s\"", SPAN_ARG(p->root.ns));
	keep(p, &p->out, "id");
	keep(p, &p->out, "resume");
	keep(p, &p->out, "max");
	buf_adds(&p->out, "/>");
	lane_pass(s, DOWN, ITEM_ENABLED, buf_span(&p->out));
}

static void resumed(struct session *s)
{
	struct proxy *p = s->proxy;
	struct buf id = BUF_EMPTY, earlier = BUF_EMPTY;
	struct sm *m = NULL;
	uint32_t h = 0;
	bool read = !stanza_read(&p->stanza, buf_span(&p->canon)) &&
	    sm_count(stanza_get(&p->stanza, 0, "h"), &h);

	if (read) {
		stanza_unescape(&id, stanza_get(&p->stanza, 0, "previd"));
		m = sm_find(&p->sms, buf_span(&id));
	}
	buf_release(&id);
	if (!m || m->holder == s || s->phase != SESSION_LOGIN) {
		session_fail(s, "policy-violation", NULL, "resumed unasked");
		return;
	}
	if (m->holder)
		session_replaced(m->holder);
	sm_unpark(&p->sms, m);
	s->sm = m;
	m->holder = s;
	s->sm_up = s->sm_down = true;
	sm_resumed(m, h, s->resume_h);
	buf_reset(&s->jid);
	buf_addspan(&s->jid, buf_span(&m->jid));
	buf_addspan(&earlier, buf_span(&m->token));
	login_hold(s, buf_span(&p->canon), buf_str(&earlier));
	buf_release(&earlier);
}

static void failed(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->sm && !s->sm->id.len && !s->sm_down) {
		lane_pass(s, DOWN, ITEM_OTHER, buf_span(&p->canon));
		s->sm_up = false;
		sm_free(&p->sms, s->sm);
		s->sm = NULL;
		return;
	}
	session_write(s, DOWN, buf_span(&p->canon));
	if (s->phase != SESSION_LOGIN)
		return;
	resume_failed(s);
	leg_unblock(s, UP);
}

static void acked(struct session *s, struct span wire)
{
	struct proxy *p = s->proxy;
	uint32_t h;

	if (s->phase != SESSION_ENDING)
		session_write(s, DOWN, wire);
	if (s->syncing && !stanza_read(&p->stanza, wire) &&
	    sm_count(stanza_get(&p->stanza, 0, "h"), &h))
		resume_acked(s, h);
}

static void managed(struct session *s)
{
	struct proxy *p = s->proxy;
	struct span name = p->root.local, wire = buf_span(&p->canon);

	if (span_is(name, "r") && s->phase != SESSION_ENDING)
		lane_pass(s, DOWN, ITEM_REQUEST, wire);
	else if (span_is(name, "a"))
		acked(s, wire);
	else if (s->phase == SESSION_ENDING)
		return;
	else if (span_is(name, "enabled"))
		enabled(s);
	else if (span_is(name, "resumed"))
		resumed(s);
	else if (span_is(name, "failed"))
		failed(s);
}

/* A server that sends its clients elsewhere would send them around us. */
static void stream_error(struct session *s)
{
	struct proxy *p = s->proxy;

	for (size_t i = 0; i < p->root.children; i++) {
		if (!span_is(p->root.child[i].local, "see-other-host"))
			continue;
		if (!stanza_read(&p->stanza, buf_span(&p->canon)))
			text_of(p, stanza_child(&p->stanza, 0, NS_STREAMS,
				       "see-other-host"), &p->line);
		p->o.say("session %.*s: the server sends the client to "
			 "another host (%.*s): it is told to come again",
		    RECORDER_TOKEN, s->token, (int)p->line.len,
		    p->line.len ? p->line.data : "");
		lane_pass(s, DOWN, ITEM_OTHER,
		    span_of("<stream:error><reset xmlns=\"" NS_STREAMS
			    "\"/></stream:error>"));
		return;
	}
	lane_pass(s, DOWN, ITEM_OTHER, buf_span(&p->canon));
}

static void sasl(struct session *s)
{
	struct proxy *p = s->proxy;
	bool success = span_is(p->root.local, "success");

	if (success)
		s->authenticated = true;
	if (success && span_is(p->root.ns, NS_SASL2))
		login_inline(s);
	else
		session_write(s, DOWN, buf_span(&p->canon));
}

void server_element(struct session *s, const struct oversize *over)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;

	/* Nobody is there to have it: the server will send it again. */
	if (s->phase == SESSION_ENDING && !span_is(r->ns, NS_SM) &&
	    !span_is(r->ns, NS_SM2))
		return;
	if (span_is(r->ns, NS_CLIENT) &&
	    (span_is(r->local, "message") || span_is(r->local, "presence") ||
		span_is(r->local, "iq")))
		stanza(s, over);
	else if (over)
		session_fail(s, "policy-violation", NULL, "too large");
	else if (span_is(r->ns, NS_STREAM) && span_is(r->local, "features"))
		server_features(s);
	else if (span_is(r->ns, NS_STREAM) && span_is(r->local, "error"))
		stream_error(s);
	else if (span_is(r->ns, NS_SASL) || span_is(r->ns, NS_SASL2))
		sasl(s);
	else if (span_is(r->ns, NS_SM) || span_is(r->ns, NS_SM2))
		managed(s);
	else
		p->o.say("session %.*s: the server sent a <%.*s> of namespace "
			 "'%.*s', which is not passed on", RECORDER_TOKEN,
		    s->token, SPAN_ARG(r->local), SPAN_ARG(r->ns));
}

void server_footer(struct session *s)
{
	s->reason = s->leg[UP].footer ? "closed by the client"
				      : "closed by the server";
	lane_pass(s, DOWN, ITEM_END, span_of(WIRE_FOOTER));
}

void server_gone(struct session *s, const char *why)
{
	struct proxy *p = s->proxy;

	s->leg[DOWN].ended = true;
	if (s->leg[DOWN].footer || s->phase == SESSION_OVER)
		return;
	if (s->phase != SESSION_ENDING)
		p->o.say("session %.*s: the server broke the connection%s%s",
		    RECORDER_TOKEN, s->token, why ? ": " : "",
		    why ? why : "");
	s->reason = "connection to the server lost";
	if (s->phase < SESSION_BOUND)
		session_fail(s, "remote-connection-failed", NULL, s->reason);
	else
		lane_pass(s, DOWN, ITEM_END, span_of(""));
}
