/* SPDX-License-Identifier: ISC */
/* What a client's elements mean, and where they go. */
#include "base/uuid.h"
#include "live/internal.h"
#include "xml/bounce.h"

/* Our own answer to a header, where the server has not been asked: it offers
 * TLS and nothing else (RFC 6120 section 5). */
static void offer_tls(struct session *s)
{
	struct buf *out = &s->proxy->out;
	char id[SM_SWAP_ID];
	struct wire_header h = {
	    .from = buf_span(&s->domain),
	    .id = {id, SM_SWAP_ID},
	    .version = {"1.0", 3},
	};

	uuid_token(id, sizeof(id));
	buf_reset(out);
	wire_header(out, &h);
	buf_adds(out, "<stream:features><starttls xmlns=\"" NS_TLS
		      "\"><required/></starttls></stream:features>");
	s->stream[UP].opened = true;
	session_write(s, DOWN, buf_span(out));
}

static void copy(struct buf *b, struct span s)
{
	buf_reset(b);
	buf_addspan(b, s);
}

static void client_header(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	const struct buf *lang = &s->stream[UP].scope.lang;
	struct wire_header h = {.to = r->to,
	    .from = r->from,
	    .version = {"1.0", 3},
	    .lang = buf_span(lang)};

	if (s->phase > SESSION_LOGIN ||
	    (s->phase == SESSION_LOGIN && !s->stream[DOWN].link)) {
		session_fail(s, "policy-violation", "another stream header",
		    "another stream header");
		return;
	}
	if (!span_starts(r->version, "1.")) {
		session_fail(s, "unsupported-version", NULL, "no version");
		return;
	}
	copy(&s->domain, r->to);
	if (p->o.local->domains &&
	    !local_has(p->o.local, r->to, &p->line)) {
		session_fail(s, "host-unknown", NULL, "unknown host");
		return;
	}
	/* RFC 7395 section 3.9: not in a WebSocket, which was refused if it has
	 * to be secured. */
	if (p->o.tls == PROXY_TLS_REQUIRED && !s->web &&
	    !link_tls(s->stream[UP].link)) {
		offer_tls(s);
		return;
	}
	if (!lang->len)
		h.lang.p = NULL;
	s->sasl2 = SASL2_UNKNOWN;
	buf_reset(&s->header);
	wire_header(&s->header, &h);
	if (s->stream[DOWN].link && s->phase == SESSION_LOGIN) {
		session_write(s, UP, buf_span(&s->header));
		buf_release(&s->header);
		return;
	}
	s->phase = SESSION_LOGIN;
	session_connect(s);
}

static void starttls(struct session *s)
{
	struct stream *l = &s->stream[UP];

	if (s->proxy->o.tls == PROXY_TLS_NONE || link_tls(l->link) ||
	    s->web || s->authenticated) {
		session_write(s, DOWN,
		    span_of("<failure xmlns=\"" NS_TLS "\"/>" WIRE_FOOTER));
		session_cut(s, "bad STARTTLS");
		return;
	}
	l->blocked = s->starttls = true;
}

/* What is no element of a login, or has no place in the stream any more. */
static bool misplaced(struct session *s)
{
	static const char *const words[] = {"auth", "authenticate", "response",
	    "abort", "next"};
	const struct xml_root *r = &s->proxy->root;
	struct buf *out = &s->proxy->out;
	bool known = false;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		known = known || span_is(r->local, words[i]);
	if (!known) {
		session_fail(s, "unsupported-stanza-type", NULL,
		    "unknown element");
		return true;
	}
	if (!s->authenticated)
		return false;
	buf_reset(out);
	buf_addf(out, "<failure xmlns=\"%.*s\"><%s xmlns=\"" NS_SASL
		      "\"/></failure>", SPAN_ARG(r->ns),
	    span_is(r->local, "abort") ? "aborted" : "not-authorized");
	queue_pass(s, DOWN, ITEM_OTHER, buf_span(out));
	return true;
}

/* What a client says behind it, without waiting, means what the server's answer
 * makes of it: that is looked at when the answer has come. */
static void sasl(struct session *s)
{
	s->stream[UP].blocked = true;
	managed_resume_pass(s);
}

/* XEP-0388 section 2.4: what the client calls itself, which a server may show
 * to others; as it goes into the record of the login. */
static void user_agent(struct session *s)
{
	static const char *const names[] = {"software", "device"};
	struct stanza *x = &s->proxy->stanza;
	uint32_t agent = stanza_child(x, 0, NS_SASL2, "user-agent"), node;
	struct buf text = BUF_EMPTY;

	buf_reset(&s->agent);
	for (int i = 0; i < 2 && agent != STANZA_NONE; i++) {
		node = stanza_child(x, agent, NS_SASL2, names[i]);
		if (node == STANZA_NONE)
			continue;
		buf_reset(&text);
		stanza_text(x, node, &text);
		buf_addf(&s->agent, "<%s>", names[i]);
		stanza_escape_text(&s->agent, buf_span(&text));
		buf_addf(&s->agent, "</%s>", names[i]);
	}
	buf_release(&text);
}

/* Of what is inside of <authenticate/> (XEP-0388) the node has to know. */
static void sasl2(struct session *s)
{
	struct proxy *p = s->proxy;
	struct stanza *x = &p->stanza;

	if (misplaced(s) || stanza_read(x, buf_span(&p->canon)))
		return;
	buf_reset(&p->line);
	features_fit(x, 0, &p->line);
	if (span_is(p->root.local, "authenticate")) {
		uint32_t bind = stanza_child(x, 0, NS_BIND2, "bind");

		s->enable_inline = bind != STANZA_NONE &&
		    stanza_child(x, bind, NS_SM, "enable") != STANZA_NONE;
		user_agent(s);
		managed_resume_inside(s, &p->line);
	}
	buf_reset(&p->canon);
	buf_addspan(&p->canon, buf_span(&p->line));
	if (s->sasl2 == SASL2_NONE) {
		managed_resume_over(s);
		session_write(s, UP, buf_span(&p->canon));
	} else {
		s->sasl2_asked = true;
		sasl(s);
	}
}

/* Client state indication (XEP-0352): two words, and nothing in them; before a
 * resource is bound servers pay them no heed. */
static void state(struct session *s)
{
	struct span name = s->proxy->root.local;

	if (s->phase != SESSION_BOUND)
		return;
	if (span_is(name, "active"))
		queue_pass(s, UP, ITEM_OTHER,
		    span_of("<active xmlns=\"" NS_CSI "\"/>"));
	else if (span_is(name, "inactive"))
		queue_pass(s, UP, ITEM_OTHER,
		    span_of("<inactive xmlns=\"" NS_CSI "\"/>"));
}

static void client_footer(struct session *s);

/* RFC 6120 section 4.9.1.1: the stream is over for who says it. */
static void stream_error(struct session *s)
{
	s->stream[UP].ended = s->stream[UP].footer = true;
	client_footer(s);
}

static void nonza(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;

	if (span_is(r->ns, NS_TLS) && span_is(r->local, "starttls")) {
		starttls(s);
	} else if (s->phase == SESSION_OPENING) {
		session_fail(s, "not-authorized", NULL, "no STARTTLS");
	} else if (span_is(r->ns, NS_SASL)) {
		if (!misplaced(s))
			sasl(s);
	} else if (span_is(r->ns, NS_SASL2)) {
		sasl2(s);
	} else if (span_is(r->ns, NS_SM) || span_is(r->ns, NS_SM2)) {
		managed_client(s);
	} else if (span_is(r->ns, NS_CSI) && s->authenticated) {
		state(s);
	} else if (span_is(r->ns, "http://jabber.org/protocol/compress")) {
		session_write(s, DOWN,
		    span_of("<failure xmlns=\"http://jabber.org/protocol/"
			    "compress\"><setup-failed/></failure>"));
	} else if (span_is(r->ns, NS_STREAM) && span_is(r->local, "error")) {
		stream_error(s);
	} else if (!span_is(r->ns, NS_STREAM)) {
		session_fail(s, "unsupported-stanza-type", NULL,
		    "unknown element");
	}
}

static bool has_child(const struct xml_root *r, const char *ns)
{
	for (size_t i = 0; i < r->children; i++) {
		if (span_is(r->child[i].ns, ns))
			return true;
	}
	return false;
}

/* What nobody judges goes to the server and nobody else, with one payload
 * (RFC 6120 section 8.2.3). */
static bool for_server(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;

	return r->children == 1 &&
	    (!r->to.p || span_same(r->to, buf_span(&s->domain)));
}

/* It goes to nobody, and its sender is told, but of a presence, which servers
 * pass over. */
static void too_early(struct session *s)
{
	static const struct bounce why = {"cancel", "service-unavailable",
	    {NULL, 0}};
	struct proxy *p = s->proxy;

	buf_reset(&p->line);
	buf_reset(&p->out);
	if (span_is(p->root.local, "presence") ||
	    stanza_read(&p->stanza, buf_span(&p->canon)) ||
	    !bounce_unbound(&p->line, &p->stanza, &why))
		return;
	wire_element(&p->out, buf_span(&p->line));
	session_write(s, DOWN, buf_span(&p->out));
}

/* Before a resource is bound: binding, and registering (XEP-0077). */
static void early(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	bool iq = span_is(r->local, "iq") && for_server(s);

	if (s->phase == SESSION_OPENING) {
		session_fail(s, "not-authorized", NULL, "no STARTTLS");
	} else if (iq && span_is(r->type, "set") && r->id.p &&
	    has_child(r, NS_BIND)) {
		copy(&s->bind_id, r->id);
		s->stream[UP].blocked = true;
		session_write(s, UP, buf_span(&p->canon));
	} else if (iq && !s->authenticated &&
	    has_child(r, "jabber:iq:register")) {
		session_write(s, UP, buf_span(&p->canon));
	} else if (s->authenticated) {
		too_early(s);
	} else {
		session_fail(s, "not-authorized", NULL,
		    "stanza before login");
	}
}

static void client_element(struct session *s, struct oversize *over)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	bool stanza = span_is(r->ns, NS_CLIENT) &&
	    (span_is(r->local, "message") || span_is(r->local, "presence") ||
		span_is(r->local, "iq"));

	if (over && (!stanza || s->phase != SESSION_BOUND))
		session_fail(s, "policy-violation", "too large", "too large");
	else if (!stanza)
		nonza(s);
	else if (s->phase != SESSION_BOUND)
		early(s);
	else if (!xml_root_stamp(&p->root, &p->canon, buf_span(&s->jid)))
		session_fail(s, "policy-violation", NULL,
		    "too many attributes");
	else
		session_stanza(s, UP, over);
}

static void client_footer(struct session *s)
{
	if (s->stream[DOWN].link)
		queue_pass(s, UP, ITEM_END, span_of(WIRE_FOOTER));
	else
		session_fail(s, NULL, NULL, "closed");
}

const struct stream_calls client_calls = {
    .header = client_header,
    .element = client_element,
    .footer = client_footer,
};
