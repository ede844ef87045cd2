/* SPDX-License-Identifier: ISC */
/* A session's beginning and end, as records of their own. */
#include <string.h>

#include "base/mem.h"
#include "io/timer.h"
#include "io/tls.h"
#include "live/internal.h"
#include "live/peer.h"
#include "record/traffic.h"

static void peer(struct session *s, struct buf *out)
{
	const struct link *l = s->stream[UP].link;
	const struct tls *tls = l ? link_tls(l) : NULL;
	char text[ENDPOINT_TEXT];

	if (!l)
		return;
	endpoint_text(link_peer(l), text);
	wire_attribute(out, "peer", span_of(text));
	if (s->web)
		wire_attribute(out, "transport", span_of("websocket"));
	if (tls) {
		wire_attribute(out, "tls", span_of(tls_version(tls)));
		wire_attribute(out, "cipher", span_of(tls_cipher(tls)));
	}
}

static void element(struct session *s, struct buf *out)
{
	buf_adds(out, "<session xmlns=\"" RECORD_NS "\"");
	wire_attribute(out, "jid", buf_span(&s->jid));
	peer(s, out);
}

void session_logged_in(struct session *s)
{
	struct proxy *p = s->proxy;

	s->phase = SESSION_BOUND;
	s->logged_in = true;
	peer_known(p, s);
	s->stream[UP].scan.limit = p->o.max_size;
	p->logged_in++;
	timer_stop(s->timer);
	if (s->sm) {
		buf_reset(&s->sm->token);
		buf_add(&s->sm->token, s->token, RECORDER_TOKEN);
		overtake_resumed(s);
	}
	stream_unblock(s, UP);
}

void login_hold(struct session *s, struct span wire, const char *resumed)
{
	static const struct ruling none = {.verdict = VERDICT_NONE};
	struct proxy *p = s->proxy;

	if (!(p->o.events & TRAFFIC_LOGIN)) {
		session_write(s, DOWN, wire);
		session_logged_in(s);
		return;
	}
	buf_reset(&p->line);
	element(s, &p->line);
	if (resumed)
		wire_attribute(&p->line, "resumed", span_of(resumed));
	if (s->agent.len)
		buf_addf(&p->line, ">%s</session>", buf_str(&s->agent));
	else
		buf_adds(&p->line, "/>");
	queue_hold(s, DOWN, ITEM_LOGIN, EVENT_LOGIN, buf_span(&p->line), wire,
	    &none);
}

static void inline_text(struct proxy *p, uint32_t node, struct buf *out)
{
	buf_reset(out);
	if (node != STANZA_NONE)
		stanza_text(&p->stanza, node, out);
}

/* The client asked for it, and the server was not told. */
static void resume_declined(struct proxy *p)
{
	static const char end[] = "</success>";
	struct buf *b = &p->canon;

	if (b->len < sizeof(end) || memcmp(b->data + b->len + 1 - sizeof(end),
		end, sizeof(end) - 1) != 0)
		return;
	b->len -= sizeof(end) - 1;
	buf_adds(b, "<failed xmlns=\"" NS_SM "\"><item-not-found xmlns=\""
		    NS_STANZAS "\"/></failed>");
	buf_adds(b, end);
}

/* XEP-0386: the server says in <bound/> who the client is, and perhaps that
 * stream management begins. */
static void bound_inside(struct session *s, uint32_t node)
{
	struct proxy *p = s->proxy;
	struct stanza *x = &p->stanza;
	uint32_t enabled = stanza_child(x, node, NS_SM, "enabled");

	inline_text(p, stanza_child(x, 0, NS_SASL2, "authorization-identifier"),
	    &s->jid);
	if (!memchr(buf_str(&s->jid), '/', s->jid.len) ||
	    (enabled != STANZA_NONE && !s->enable_inline)) {
		session_fail(s, "policy-violation", NULL,
		    "inline stream management");
		return;
	}
	if (enabled != STANZA_NONE)
		managed_inline(s, enabled);
	login_hold(s, buf_span(&p->canon), NULL);
}

bool login_inline(struct session *s)
{
	struct proxy *p = s->proxy;
	uint32_t bound, resumed;

	if (s->resuming == RESUMING_UNTOLD)
		resume_declined(p);
	if (stanza_read(&p->stanza, buf_span(&p->canon)))
		return false;
	bound = stanza_child(&p->stanza, 0, NS_BIND2, "bound");
	resumed = stanza_child(&p->stanza, 0, NS_SM, "resumed");
	if (resumed != STANZA_NONE) {
		managed_resumed_inside(s, resumed);
		return true;
	}
	managed_resume_over(s);
	if (bound != STANZA_NONE)
		bound_inside(s, bound);
	return bound != STANZA_NONE;
}

/* The client is told what it can understand, then it is out. */
void login_refused(struct session *s, struct item *i)
{
	struct proxy *p = s->proxy;
	struct buf *out = &p->out;
	const char *why = "the login was refused";

	if (!stanza_read(&p->stanza, buf_span(&i->wire)) &&
	    stanza_is(&p->stanza, 0, NS_CLIENT, "iq")) {
		struct span id = stanza_get(&p->stanza, 0, "id");

		buf_reset(out);
		buf_addf(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"error\" "
			      "id=\"%.*s\"><error type=\"cancel\"><not-allowed "
			      "xmlns=\"" NS_STANZAS "\"/></error></iq>",
		    SPAN_ARG(id));
		session_write(s, DOWN, buf_span(out));
	}
	session_fail(s, "policy-violation", why, why);
}

/* Nobody waits for it, and it cannot be refused. */
void login_out(struct session *s)
{
	struct proxy *p = s->proxy;
	struct item *i;

	if (!s->logged_in || !(p->o.events & TRAFFIC_LOGOUT))
		return;
	i = mem_zalloc(sizeof(*i));
	i->kind = ITEM_LOGOUT;
	i->event = EVENT_LOGOUT;
	buf_reset(&p->line);
	element(s, &p->line);
	wire_attribute(&p->line, "reason",
	    span_of(s->reason ? s->reason : "closed"));
	if (s->sm && s->sm->id.len && !s->stream[UP].footer)
		buf_adds(&p->line, " resumable=\"true\"");
	buf_adds(&p->line, "/>");
	recorder_now(&p->recorder);
	recorder_write(&p->recorder, &i->q.line,
	    (struct span){s->token, RECORDER_TOKEN}, EVENT_LOGOUT,
	    span_of(NULL), buf_span(&p->line));
	p->held++;
	p->count.records_in++;
	pipeline_put(p->pipeline, &i->q);
}
