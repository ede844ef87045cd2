/* SPDX-License-Identifier: ISC */
/* What the server's elements mean, and where they go. */
#include "live/internal.h"

static void server_header(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	const struct buf *lang = &s->stream[DOWN].scope.lang;
	struct wire_header h = {.from = r->from,
	    .to = r->to,
	    .id = r->id,
	    .version = r->version,
	    .lang = buf_span(lang)};

	if (!lang->len)
		h.lang.p = NULL;
	buf_reset(&p->out);
	wire_header(&p->out, &h);
	s->stream[UP].opened = true;
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
	stream_unblock(s, UP);
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

static void stanza(struct session *s, struct oversize *over)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	struct sm_swap *w;

	if (s->phase == SESSION_BOUND || s->jid.len) {
		w = swapped(s);
		if (w)
			queue_swapped(s, w);
		else
			session_stanza(s, DOWN, over);
	} else if (over) {
		session_fail(s, "internal-server-error", NULL,
		    "bad XML from the server");
	} else if (s->bind_id.len && span_is(r->local, "iq") &&
	    span_same(r->id, buf_span(&s->bind_id))) {
		bound(s);
	} else {
		session_write(s, DOWN, buf_span(&p->canon));
	}
}

static void server_footer(struct session *s)
{
	session_because(s, s->stream[UP].footer ? "closed by the client"
						: "closed by the server");
	queue_pass(s, DOWN, ITEM_END, span_of(""));
}

/* RFC 6120 section 4.9.1.1: the stream is over for who says it. A server that
 * sends its clients elsewhere would send them around us. */
static void stream_error(struct session *s)
{
	struct proxy *p = s->proxy;
	struct span error = buf_span(&p->canon);

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
		error = span_of("<stream:error><reset xmlns=\"" NS_STREAMS
				"\"/></stream:error>");
		break;
	}
	if (!s->retired)
		buf_addspan(&s->last, error);
	s->stream[DOWN].ended = s->stream[DOWN].footer = true;
	server_footer(s);
}

static void sasl(struct session *s)
{
	struct proxy *p = s->proxy;
	bool success = span_is(p->root.local, "success");

	s->sasl2_asked = false;
	if (success)
		s->authenticated = true;
	if (success && span_is(p->root.ns, NS_SASL2) && login_inline(s))
		return;
	resume_failed(s);
	if (success || span_is(p->root.local, "failure"))
		managed_resume_over(s);
	session_write(s, DOWN, buf_span(&p->canon));
	stream_unblock(s, UP);
}

/* Without it the stream cannot go on, unless nobody would have got it. */
static void unfit(struct session *s)
{
	struct span ns = s->proxy->root.ns;

	if (span_is(ns, NS_STREAM) || span_is(ns, NS_SASL) ||
	    span_is(ns, NS_SASL2) || span_is(ns, NS_SM) || span_is(ns, NS_SM2))
		session_fail(s, "internal-server-error", NULL,
		    "bad XML from the server");
}

static void server_element(struct session *s, struct oversize *over)
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
		unfit(s);
	else if (span_is(r->ns, NS_STREAM) && span_is(r->local, "features"))
		server_features(s);
	else if (span_is(r->ns, NS_STREAM) && span_is(r->local, "error"))
		stream_error(s);
	else if (span_is(r->ns, NS_SASL) || span_is(r->ns, NS_SASL2))
		sasl(s);
	else if (span_is(r->ns, NS_SM) || span_is(r->ns, NS_SM2))
		managed_server(s);
	else
		p->o.say("session %.*s: the server sent a <%.*s> of namespace "
			 "'%.*s', which is not passed on", RECORDER_TOKEN,
		    s->token, SPAN_ARG(r->local), SPAN_ARG(r->ns));
}

const struct stream_calls server_calls = {
    .header = server_header,
    .element = server_element,
    .footer = server_footer,
};
