/* SPDX-License-Identifier: ISC */
/* What a client's elements mean, and where they go. */
#include <inttypes.h>

#include "room.h"
#include "session.h"
#include "timer.h"
#include "traffic.h"

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

	sm_random_id(id);
	buf_reset(out);
	wire_header(out, &h);
	buf_adds(out, "<stream:features><starttls xmlns=\"" NS_TLS
		      "\"><required/></starttls></stream:features>");
	s->leg[UP].opened = true;
	session_write(s, DOWN, buf_span(out));
}

static void copy(struct buf *b, struct span s)
{
	buf_reset(b);
	buf_addspan(b, s);
}

void client_header(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	const struct buf *lang = &s->leg[UP].scope.lang;
	struct wire_header h = {.to = r->to,
	    .from = r->from,
	    .version = {"1.0", 3},
	    .lang = buf_span(lang)};

	if (s->phase > SESSION_LOGIN ||
	    (s->phase == SESSION_LOGIN && !s->leg[DOWN].link)) {
		session_fail(s, "policy-violation", "another stream header",
		    "another stream header");
		return;
	}
	if (!span_starts(r->version, "1.")) {
		session_fail(s, "unsupported-version", NULL, "no version");
		return;
	}
	copy(&s->domain, r->to);
	if (p->o.home->domains &&
	    !home_local(p->o.home, r->to, &p->line)) {
		session_fail(s, "host-unknown", NULL, "unknown host");
		return;
	}
	if (p->o.tls == PROXY_TLS_REQUIRED && !link_tls(s->leg[UP].link)) {
		offer_tls(s);
		return;
	}
	if (!lang->len)
		h.lang.p = NULL;
	buf_reset(&s->header);
	wire_header(&s->header, &h);
	if (s->leg[DOWN].link && s->phase == SESSION_LOGIN) {
		session_write(s, UP, buf_span(&s->header));
		buf_release(&s->header);
		return;
	}
	s->phase = SESSION_LOGIN;
	session_connect(s);
}

static void starttls(struct session *s)
{
	struct leg *l = &s->leg[UP];

	if (s->proxy->o.tls == PROXY_TLS_NONE || link_tls(l->link) ||
	    s->authenticated) {
		session_write(s, DOWN,
		    span_of("<failure xmlns=\"" NS_TLS "\"/>" WIRE_FOOTER));
		session_cut(s, "bad STARTTLS");
		return;
	}
	l->blocked = s->starttls = true;
}

static struct span attribute(struct proxy *p, const char *name)
{
	return stanza_get(&p->stanza, 0, name);
}

/* A session that this process does not know of may have stanzas on their way
 * that nobody watched, and one whose client counts what came early would miss
 * what was held: the client is told to begin a new one. */
static void resume_unknown(struct session *s)
{
	struct buf *out = &s->proxy->out;

	buf_reset(out);
	buf_addf(out, "<failed xmlns=\"%s\"><item-not-found xmlns=\"" NS_STANZAS
		      "\"/></failed>", s->sm_ns);
	session_write(s, DOWN, buf_span(out));
}

static void resume(struct session *s)
{
	struct proxy *p = s->proxy;
	struct buf id = BUF_EMPTY;
	struct sm *m;
	bool counted;

	if (s->phase != SESSION_LOGIN) {
		session_fail(s, "policy-violation", NULL, "bad <resume/>");
		return;
	}
	if (stanza_read(&p->stanza, buf_span(&p->canon)))
		return;
	stanza_unescape(&id, attribute(p, "previd"));
	m = sm_find(&p->sms, buf_span(&id));
	counted = sm_count(attribute(p, "h"), &s->resume_h);
	buf_release(&id);
	if (!m || !counted || !sm_true(m, s->resume_h)) {
		resume_unknown(s);
		return;
	}
	s->leg[UP].blocked = true;
	buf_reset(&s->header);
	buf_addspan(&s->header, buf_span(&p->canon));
	resume_begin(s, m);
}

/* Stream management (XEP-0198). */
static void managed(struct session *s)
{
	struct proxy *p = s->proxy;
	struct span name = p->root.local, wire = buf_span(&p->canon);
	uint32_t h;

	s->sm_ns = span_is(p->root.ns, NS_SM2) ? NS_SM2 : NS_SM;
	if (span_is(name, "resume")) {
		resume(s);
	} else if (s->phase != SESSION_BOUND) {
		session_fail(s, "policy-violation", NULL, "SM too early");
	} else if (span_is(name, "r")) {
		lane_pass(s, UP, ITEM_REQUEST, wire);
	} else if (span_is(name, "a")) {
		if (!s->sm_down || stanza_read(&p->stanza, wire) ||
		    !sm_count(attribute(p, "h"), &h) ||
		    overtake_acked(s, h))
			session_write(s, UP, wire);
	} else if (span_is(name, "enable")) {
		lane_pass(s, UP, ITEM_ENABLE, wire);
	} else {
		session_fail(s, "unsupported-stanza-type", NULL,
		    "unknown SM element");
	}
}

static void sasl(struct session *s)
{
	if (s->phase != SESSION_LOGIN || s->authenticated) {
		session_fail(s, "not-authorized", NULL, "SASL out of place");
		return;
	}
	session_write(s, UP, buf_span(&s->proxy->canon));
}

/* Stream management inside <authenticate/> (XEP-0388, XEP-0386) is not
 * offered, but a client may remember that the server did. */
static void sasl2(struct session *s)
{
	struct proxy *p = s->proxy;
	struct stanza *x = &p->stanza;

	if (stanza_read(x, buf_span(&p->canon)))
		return;
	if (span_is(p->root.local, "authenticate"))
		s->resume_inline =
		    stanza_child(x, 0, NS_SM, "resume") != STANZA_NONE;
	buf_reset(&p->line);
	features_without_sm(x, 0, &p->line);
	buf_reset(&p->canon);
	buf_addspan(&p->canon, buf_span(&p->line));
	sasl(s);
}

static void nonza(struct session *s)
{
	const struct xml_root *r = &s->proxy->root;
	struct span wire = buf_span(&s->proxy->canon);

	if (span_is(r->ns, NS_TLS) && span_is(r->local, "starttls")) {
		starttls(s);
	} else if (s->phase == SESSION_OPENING) {
		session_fail(s, "not-authorized", NULL, "no STARTTLS");
	} else if (span_is(r->ns, NS_SASL)) {
		sasl(s);
	} else if (span_is(r->ns, NS_SASL2)) {
		sasl2(s);
	} else if (span_is(r->ns, NS_SM) || span_is(r->ns, NS_SM2)) {
		managed(s);
	} else if (span_is(r->ns, NS_CSI) && s->phase == SESSION_BOUND) {
		lane_pass(s, UP, ITEM_OTHER, wire);
	} else if (span_is(r->ns, "http://jabber.org/protocol/compress")) {
		session_write(s, DOWN,
		    span_of("<failure xmlns=\"http://jabber.org/protocol/"
			    "compress\"><setup-failed/></failure>"));
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

/* Before a resource is bound: binding, and registering (XEP-0077). */
static void early(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	bool iq = span_is(r->local, "iq");

	if (s->phase == SESSION_OPENING) {
		session_fail(s, "not-authorized", NULL, "no STARTTLS");
	} else if (iq && span_is(r->type, "set") && r->id.p &&
	    has_child(r, NS_BIND)) {
		copy(&s->bind_id, r->id);
		s->leg[UP].blocked = true;
		session_write(s, UP, buf_span(&p->canon));
	} else if (iq && has_child(r, "jabber:iq:register")) {
		session_write(s, UP, buf_span(&p->canon));
	} else {
		session_fail(s, "not-authorized", NULL,
		    "stanza before login");
	}
}

void client_element(struct session *s, const struct oversize *over)
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
	else if (has_child(r, NS_BIND))
		session_fail(s, "policy-violation", NULL, "bound twice");
	else if (!xml_root_stamp(&p->root, &p->canon, buf_span(&s->jid)))
		session_fail(s, "policy-violation", NULL,
		    "too many attributes");
	else
		session_stanza(s, UP, over);
}

void client_footer(struct session *s)
{
	if (s->leg[DOWN].link)
		lane_pass(s, UP, ITEM_END, span_of(WIRE_FOOTER));
	else
		session_fail(s, NULL, NULL, "closed");
}

void client_gone(struct session *s, const char *why)
{
	s->leg[UP].ended = true;
	buf_release(&s->leg[UP].rest);
	room_weigh(s, false);
	if (s->phase == SESSION_ENDING)
		return;
	if (s->leg[UP].footer)
		s->reason = "closed by the client";
	else
		s->reason = why ? "connection lost" : "connection closed";
	if (s->phase < SESSION_BOUND || !s->leg[DOWN].link) {
		session_cut(s, s->reason);
		return;
	}
	/* Only what it sent, and is held, is waited for. */
	s->phase = SESSION_ENDING;
	lane_drop(s, DOWN);
	session_throttle(s);
	if (s->leg[UP].footer)
		lane_run(s, UP);
	else
		lane_pass(s, UP, ITEM_END, span_of(""));
}
