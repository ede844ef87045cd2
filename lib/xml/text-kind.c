/* SPDX-License-Identifier: ISC */
/* Which texts are for people, and which fields for machines. The table here is
 * that of cup-policy(5). */
#include <string.h>

#include "xml/text-internal.h"

/* A namespace, or what it begins with if that ends with a colon; and names in
 * it with a blank between and at the ends, NULL: all that is in it. */
struct field {
	struct span ns;
	const char *names;
};

#define NS(text) {text, sizeof(text) - 1}

static const struct field elements[] = {
    {NS("eu.siacs.conversations.axolotl"), NULL},
    {NS("http://jabber.org/protocol/bytestreams"), NULL},
    {NS("http://jabber.org/protocol/geoloc"),
	" accuracy alt altaccuracy bearing error lat lon speed timestamp tzo "},
    {NS("http://jabber.org/protocol/ibb"), NULL},
    {NS("http://jabber.org/protocol/rsm"), NULL},
    {NS("http://www.w3.org/2000/09/xmldsig#"), NULL},
    {NS("http://www.w3.org/2005/Atom"), " id published updated "},
    {NS("jabber:x:encrypted"), NULL},
    {NS("jabber:x:signed"), NULL},
    {NS("urn:ietf:params:xml:ns:xmpp-bind"), NULL},
    {NS("urn:ietf:params:xml:ns:xmpp-e2e"), NULL},
    {NS("urn:xmpp:avatar:data"), NULL},
    {NS("urn:xmpp:bob"), NULL},
    {NS("urn:xmpp:esfs:0"), NULL},
    {NS("urn:xmpp:file:metadata:0"),
	" date height length media-type size width "},
    {NS("urn:xmpp:hashes:"), NULL},
    {NS("urn:xmpp:http:upload:0"), NULL},
    {NS("urn:xmpp:jingle:apps:dtls:0"), NULL},
    {NS("urn:xmpp:jingle:apps:file-transfer:"),
	" date length media-type offset size "},
    {NS("urn:xmpp:omemo:"), NULL},
    {NS("urn:xmpp:openpgp:0"), NULL},
    {NS("urn:xmpp:time"), NULL},
    {NS("vcard-temp"), " BINVAL "},
    {NS("vcard-temp:x:update"), NULL},
};

/* Whose name is no name that anybody gave. */
static const struct field attributes[] = {
    {NS("http://jabber.org/protocol/shim"), NULL},
    {NS("urn:xmpp:http:upload:0"), " header "},
    {NS("urn:xmpp:jingle:1"), NULL},
    {NS("urn:xmpp:jingle:apps:rtp:1"), NULL},
};

static bool has_name(const char *names, struct span name)
{
	const char *p = names;

	while ((p = strchr(p, ' ')) != NULL && *++p) {
		if (strncmp(p, name.p, name.n) == 0 && p[name.n] == ' ')
			return true;
	}
	return false;
}

static bool is_in(struct span ns, struct span of)
{
	if (ns.p[ns.n - 1] != ':')
		return span_same(ns, of);
	return of.n > ns.n && memcmp(ns.p, of.p, ns.n) == 0;
}

static bool among(const struct field *f, size_t count,
    const struct stanza_node *n)
{
	for (size_t i = 0; i < count; i++) {
		if (is_in(f[i].ns, n->ns))
			return !f[i].names || has_name(f[i].names, n->local);
	}
	return false;
}

/* RFC 6121 sections 5.2.5, 4.7.2.1 and 4.7.2.3. */
static bool is_stanza_field(const struct stanza_node *n)
{
	return span_is(n->local, "thread") || span_is(n->local, "show") ||
	    span_is(n->local, "priority");
}

/* XEP-0004: nobody is shown a hidden field, nor the kind of a form. */
static bool is_hidden_value(const struct stanza *s, const struct stanza_node *n)
{
	return span_is(n->ns, "jabber:x:data") && span_is(n->local, "value") &&
	    n->parent != STANZA_NONE &&
	    (span_is(stanza_get(s, n->parent, "type"), "hidden") ||
		span_is(stanza_get(s, n->parent, "var"), "FORM_TYPE"));
}

bool text_is_link(const struct stanza *s, uint32_t node)
{
	struct span local = s->node[node].local;

	return local.n == 3 && (span_is(local, "url") ||
	    span_is(local, "uri") || span_is(local, "URL"));
}

enum text_kind text_kind_of(const struct stanza *s, uint32_t node)
{
	const struct stanza_node *n = &s->node[node];

	if (span_is(n->ns, "jabber:client") || span_is(n->ns, "jabber:server"))
		return is_stanza_field(n) ? TEXT_MACHINE : TEXT_WORDS;
	if (among(elements, sizeof(elements) / sizeof(*elements), n) ||
	    is_hidden_value(s, n) ||
	    (span_starts(n->ns, "jabber:component:") && is_stanza_field(n)))
		return TEXT_MACHINE;
	return text_is_link(s, node) ? TEXT_FIXED : TEXT_WORDS;
}

bool text_attr_is_link(const struct stanza_attr *a)
{
	return span_is(a->name, "href") || span_is(a->name, "src") ||
	    span_is(a->name, "uri") || span_is(a->name, "url") ||
	    span_is(a->name, "target");
}

static bool wordy(struct span name)
{
	static const char *const names[] = {"reason", "name", "nick", "label",
	    "title", "alt", "desc", "filename", NULL};

	for (size_t i = 0; names[i]; i++) {
		if (span_is(name, names[i]))
			return true;
	}
	return false;
}

int text_kind_of_attr(const struct stanza *s, uint32_t node,
    const struct stanza_attr *a)
{
	if (a->name.n < 3 || a->name.n > 8 || !a->value.n)
		return -1;
	if (text_attr_is_link(a))
		return TEXT_FIXED;
	if (!wordy(a->name))
		return -1;
	if (span_is(a->name, "name") &&
	    among(attributes, sizeof(attributes) / sizeof(*attributes),
		&s->node[node]))
		return TEXT_MACHINE;
	return TEXT_WORDS;
}
