/* SPDX-License-Identifier: ISC */
/* Looking around a node: what the server offers to those who come through a
 * proxy that ends TLS. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/probe.h"
#include "io/proxyproto.h"
#include "node/audit.h"
#include "xml/jid.h"
#include "xml/scan.h"
#include "xml/stanza.h"
#include "xml/wire.h"
#include "xml/xml.h"

#define STREAMS "http://etherx.jabber.org/streams"
#define SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define SASL2 "urn:xmpp:sasl:2"

enum { PATIENCE = 5000, /* milliseconds for one question */
	FEATURES_MAX = 65536 };

/* What a server's listener says first. */
struct greeting {
	struct xml *xml;
	struct xml_scope scope;
	struct xml_root root;
	struct scan scan;
	bool counted;	    /* its stream's id is a number */
	struct buf element; /* canonical: features, or an error */
};

static bool is_number(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return s.n > 0 && i == s.n;
}

/* Take in what came; true once there is an element, or why says what is
 * wrong. */
static bool hear(struct greeting *g, struct buf *in, struct buf *why)
{
	for (;;) {
		size_t take;
		const char *fault = NULL;
		enum scan_item item =
		    scan_next(&g->scan, in->data, in->len, &take);

		if (item == SCAN_MORE && in->len <= FEATURES_MAX) {
			buf_consume(in, take);
			return false;
		}
		if (item == SCAN_HEADER) {
			fault = xml_header(g->xml, g->scan.item, &g->scope,
			    &g->root);
			g->counted = is_number(g->root.id);
		} else if (item == SCAN_ELEMENT)
			fault = xml_element(g->xml, &g->scope, g->scan.item,
			    &g->element, &g->root);
		else if (item != SCAN_DECLARATION)
			fault = "does not speak XMPP";
		if (fault)
			buf_adds(why, fault);
		if (fault || item == SCAN_ELEMENT)
			return true;
		buf_consume(in, take);
	}
}

/* Servers offer SASL2 and tokens only to who says whose account it is for. */
static void ask(struct buf *b, const char *domain)
{
	buf_adds(b, "<?xml version='1.0'?><stream:stream "
		    "xmlns='jabber:client' xmlns:stream='" STREAMS
		    "' version='1.0' to=\"");
	stanza_escape_attr(b, span_of(domain));
	buf_adds(b, "\" from=\"cup-check@");
	stanza_escape_attr(b, span_of(domain));
	buf_adds(b, "\">");
}

/* What cup-intercept would send ahead. */
static void introduce(struct buf *b, const struct conf *c,
    const struct probe *p)
{
	struct endpoint here = endpoint_of_socket(p->fd);
	struct endpoint there = endpoint_of_peer(p->fd);

	if (conf_get(c, "send-proxy"))
		proxyproto_write(b, conf_is(c, "send-proxy", "v1") ? 1 : 2,
		    &here, &there);
}

static bool converse(struct greeting *g, struct probe *p,
    const struct conf *c, const char *domain, struct tls_context *tls,
    struct buf *why)
{
	struct buf out = BUF_EMPTY, in = BUF_EMPTY, host = BUF_EMPTY;
	bool ok = true;

	/* The certificate is to be for the domain, as for cup-intercept. */
	if (tls && !jid_host(&host, span_of(domain))) {
		buf_adds(why, "no certificate can be for that domain");
		ok = false;
	}
	introduce(&out, c, p);
	ok = ok && probe_write(p, buf_span(&out), why) &&
	    (!tls || probe_secure(p, tls, buf_str(&host), why));
	buf_reset(&out);
	ask(&out, domain);
	ok = ok && probe_write(p, buf_span(&out), why);
	while (ok && !hear(g, &in, why))
		ok = probe_read(p, &in, why);
	buf_release(&in);
	buf_release(&out);
	buf_release(&host);
	return ok && why->len == 0;
}

/* The names of the mechanisms below an element, and what of them is wrong
 * behind a node. Returns how many there are. */
static size_t mechanisms(const struct stanza *t, uint32_t parent,
    const char *ns, struct buf *names, bool *binding)
{
	struct buf name = BUF_EMPTY;
	size_t n = 0;

	for (uint32_t i = t->node[parent].child; i != STANZA_NONE;
	     i = t->node[i].next) {
		if (!stanza_is(t, i, ns, "mechanism"))
			continue;
		buf_reset(&name);
		stanza_text(t, i, &name);
		buf_addf(names, " %s", buf_str(&name));
		n++;
		if (span_ends(buf_span(&name), "-PLUS"))
			*binding = true;
	}
	buf_release(&name);
	return n;
}

/* XEP-0484: tokens that are bound to the channel, as mechanisms are. */
static void tokens(struct audit *s, const char *server, const struct stanza *t,
    uint32_t sasl2)
{
	uint32_t node = stanza_child(t, sasl2, SASL2, "inline");
	struct buf name = BUF_EMPTY, names = BUF_EMPTY;

	if (node != STANZA_NONE)
		node = stanza_child(t, node, NS_FAST, "fast");
	if (node != STANZA_NONE)
		node = t->node[node].child;
	for (; node != STANZA_NONE; node = t->node[node].next) {
		if (!stanza_is(t, node, NS_FAST, "mechanism"))
			continue;
		buf_reset(&name);
		stanza_text(t, node, &name);
		if (!span_ends(buf_span(&name), "-NONE"))
			buf_addf(&names, " %s", buf_str(&name));
	}
	if (names.len)
		audit_add(s, FINDING_NOTE, "server %s: offers tokens bound to "
		    "the channel (%s), which the node hides: who has one from "
		    "before logs in by password once", server,
		    buf_str(&names) + 1);
	buf_release(&name);
	buf_release(&names);
}

/* ejabberd, whose streams have numbers, has this for its listeners without TLS
 * only where it is told to. */
static void without_sasl2(struct audit *s, const char *server)
{
	audit_add(s, FINDING_NOTE, "server %s: offers no SASL2, and looks like "
	    "ejabberd: from 24.12 on give this listener "
	    "allow_unencrypted_sasl2: true, or SCRAM fails for clients that "
	    "know of channel binding", server);
}

static void judge(struct audit *s, const char *server, const char *domain,
    const struct stanza *t, bool counted)
{
	uint32_t tls = stanza_child(t, 0, "urn:ietf:params:xml:ns:xmpp-tls",
	    "starttls");
	uint32_t one = stanza_child(t, 0, SASL, "mechanisms");
	uint32_t two = stanza_child(t, 0, SASL2, "authentication");
	struct buf names = BUF_EMPTY;
	bool binding, forced;
	size_t n = 0;

	binding = stanza_child(t, 0, "urn:xmpp:sasl-cb:0",
		      "sasl-channel-binding") != STANZA_NONE;
	forced = tls != STANZA_NONE &&
	    stanza_child(t, tls, NULL, "required") != STANZA_NONE;
	if (one != STANZA_NONE)
		n += mechanisms(t, one, SASL, &names, &binding);
	if (two != STANZA_NONE)
		n += mechanisms(t, two, SASL2, &names, &binding);
	if (forced)
		audit_add(s, FINDING_WRONG, "server %s: requires STARTTLS "
		    "for %s: the node ends TLS, turn it off for this "
		    "listener", server, domain);
	else if (n == 0)
		audit_add(s, FINDING_WRONG, "server %s: offers no SASL "
		    "mechanisms for %s on this listener", server, domain);
	if (binding)
		audit_add(s, FINDING_WRONG, "server %s: offers channel "
		    "binding for %s (%s): clients would bind to the node's "
		    "TLS and fail; turn it off for this listener", server,
		    domain, names.len ? buf_str(&names) + 1 : "advertised");
	if (stanza_child(t, 0, "http://jabber.org/features/compress",
		"compression") != STANZA_NONE)
		audit_add(s, FINDING_NOTE, "server %s: offers compression, "
		    "which the node hides", server);
	if (two != STANZA_NONE)
		tokens(s, server, t, two);
	else if (counted && n && !forced && !binding)
		without_sasl2(s, server);
	if (n && !forced && !binding)
		audit_add(s, FINDING_GOOD, "server %s: answers for %s, "
		    "offers%s", server, domain, buf_str(&names));
	buf_release(&names);
}

/* Judge what the server said: features, or why not. */
static void weigh(struct audit *s, const char *server, const char *domain,
    const struct greeting *g)
{
	struct stanza t = {0};
	uint32_t said = 0;

	if (stanza_read(&t, buf_span(&g->element))) {
		audit_add(s, FINDING_WRONG, "server %s: its answer cannot be "
		    "read", server);
	} else if (stanza_is(&t, 0, STREAMS, "features")) {
		judge(s, server, domain, &t, g->counted);
	} else {
		if (t.node[0].child != STANZA_NONE)
			said = t.node[0].child;
		audit_add(s, FINDING_WRONG, "server %s: refuses %s: %.*s",
		    server, domain, SPAN_ARG(t.node[said].local));
	}
	stanza_release(&t);
}

static void visit(struct audit *s, const struct conf *c, struct address *a,
    struct tls_context *tls, const char *domain)
{
	const char *server = conf_get(c, "server");
	struct greeting g = {.xml = xml_new()};
	struct buf why = BUF_EMPTY;
	struct probe p;

	scan_init(&g.scan, FEATURES_MAX);
	if (!probe_connect(&p, a, PATIENCE, &why)) {
		audit_add(s, FINDING_WRONG, "server %s: %s", server,
		    buf_str(&why));
	} else if (!converse(&g, &p, c, domain, tls, &why)) {
		audit_add(s, FINDING_WRONG, "server %s: asked for %s: %s",
		    server, domain, buf_str(&why));
	} else {
		weigh(s, server, domain, &g);
	}
	probe_close(&p);
	scan_release(&g.scan);
	xml_scope_release(&g.scope);
	xml_root_release(&g.root);
	buf_release(&g.element);
	buf_release(&why);
	xml_free(g.xml);
}

void audit_server(struct audit *s, const struct conf *c)
{
	const struct tls_config config = {.ca = conf_get(c, "server-ca"),
	    .alpn = "xmpp-client"};
	const char *why, *domain;
	struct tls_context *tls = NULL;
	struct buf text = BUF_EMPTY;
	struct address a;

	if (!address_parse(&a, conf_get(c, "server"), &why))
		return;
	if (a.tls)
		tls = tls_context_new(&config, &text);
	for (size_t n = 0; (domain = conf_nth(c, "domain", n, NULL)) &&
	     (tls || !a.tls); n++)
		visit(s, c, &a, tls, domain);
	tls_context_free(tls);
	address_release(&a);
	buf_release(&text);
}
