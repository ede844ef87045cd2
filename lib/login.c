/* SPDX-License-Identifier: ISC */
/* A session's beginning and end, as records of their own. */
#include <string.h>

#include "mem.h"
#include "session.h"
#include "tls.h"
#include "traffic.h"

static void peer(struct session *s, struct buf *out)
{
	const struct link *l = s->leg[UP].link;
	const struct tls *tls = l ? link_tls(l) : NULL;
	char text[ENDPOINT_TEXT];

	if (!l)
		return;
	endpoint_text(link_peer(l), text);
	wire_attribute(out, "peer", span_of(text));
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

void login_hold(struct session *s, struct span wire, const char *resumed)
{
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
	buf_adds(&p->line, "/>");
	lane_hold(s, DOWN, ITEM_LOGIN, EVENT_LOGIN, buf_span(&p->line), wire,
	    span_of(NULL));
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

/* XEP-0388 with what may be inside: binding (XEP-0386) or resuming. */
void login_inline(struct session *s)
{
	struct proxy *p = s->proxy;
	struct stanza *x = &p->stanza;
	uint32_t who, in, sm;

	if (s->resume_inline)
		resume_declined(p);
	if (stanza_read(x, buf_span(&p->canon)))
		return;
	who = stanza_child(x, 0, NS_SASL2, "authorization-identifier");
	in = stanza_child(x, 0, NS_BIND2, "bound");
	sm = stanza_child(x, 0, NS_SM, "resumed");
	if (in == STANZA_NONE && sm == STANZA_NONE) {
		session_write(s, DOWN, buf_span(&p->canon));
		return;
	}
	inline_text(p, who, &s->jid);
	if (sm != STANZA_NONE || !memchr(buf_str(&s->jid), '/', s->jid.len) ||
	    stanza_child(x, in, NS_SM, "enabled") != STANZA_NONE) {
		session_fail(s, "policy-violation", NULL,
		    "inline stream management");
		return;
	}
	login_hold(s, buf_span(&p->canon), NULL);
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
	if (s->sm && s->sm->id.len && !s->leg[UP].footer)
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
