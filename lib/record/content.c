/* SPDX-License-Identifier: ISC */
/* What is mere protocol. Of a payload that is, everything inside has to be:
 * words in a place where none belong are content. */
#include "record/content.h"

#include <string.h>

#define NS_DISCO_INFO "http://jabber.org/protocol/disco#info"
#define NS_DISCO_ITEMS "http://jabber.org/protocol/disco#items"
#define NS_ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_FORM "jabber:x:data"
#define NS_MAM "urn:xmpp:mam:2"
#define NS_PUSH "urn:xmpp:push:0"
#define NS_RSM "http://jabber.org/protocol/rsm"

enum { GET = 1 << 0, SET = 1 << 1, RESULT = 1 << 2, FAILED = 1 << 3,
	ASK = GET | FAILED, BOTH = GET | RESULT | FAILED,
	DO = SET | RESULT | FAILED, ANY = GET | SET | RESULT | FAILED };

/* What a payload may have inside, beside elements of its own namespace without
 * text. */
enum inside {
	NOTHING,
	TOKENS,  /* text without blanks, as addresses and times are */
	QUERY,   /* that, and what a query of an archive consists of */
};

static const struct payload {
	const char *ns, *local;
	unsigned types; /* of the iq */
	enum inside inside;
} payloads[] = {
    {"urn:xmpp:ping", "ping", ASK, NOTHING},          /* XEP-0199 */
    {"jabber:iq:roster", "query", BOTH, NOTHING},     /* RFC 6121, 2.1.3 */
    {NS_DISCO_INFO, "query", BOTH, NOTHING},          /* XEP-0030 */
    {NS_DISCO_ITEMS, "query", BOTH, NOTHING},
    {"urn:ietf:params:xml:ns:xmpp-bind", "bind", ANY, TOKENS},
    {"urn:ietf:params:xml:ns:xmpp-session", "session", DO, NOTHING},
    {"urn:xmpp:carbons:2", "enable", DO, NOTHING},    /* XEP-0280 */
    {"urn:xmpp:carbons:2", "disable", DO, NOTHING},
    {NS_PUSH, "enable", DO, QUERY},                   /* XEP-0357 */
    {NS_PUSH, "disable", DO, NOTHING},
    {NS_MAM, "query", GET | DO, QUERY},               /* XEP-0313 */
    {NS_MAM, "fin", RESULT, QUERY},
    {NS_MAM, "metadata", BOTH, NOTHING},
    {NS_MAM, "prefs", ANY, TOKENS},
    {"vcard-temp", "vCard", ASK, NOTHING},            /* XEP-0054 */
    {"http://jabber.org/protocol/pubsub", "pubsub", ASK, NOTHING},
    {"jabber:iq:version", "query", ASK, NOTHING},     /* XEP-0092 */
    {"jabber:iq:last", "query", BOTH, NOTHING},       /* XEP-0012 */
    {"urn:xmpp:time", "time", BOTH, TOKENS},          /* XEP-0202 */
    {"urn:xmpp:blocking", "blocklist", BOTH, NOTHING}, /* XEP-0191 */
    {"urn:xmpp:blocking", "block", DO, NOTHING},
    {"urn:xmpp:blocking", "unblock", DO, NOTHING},
    {"urn:xmpp:extdisco:2", "services", BOTH, NOTHING}, /* XEP-0215 */
};

/* Likewise for presence, of whatever type. */
static const struct payload marks[] = {
    {"http://jabber.org/protocol/caps", "c", 0, NOTHING}, /* XEP-0115 */
    {"urn:xmpp:caps", "c", 0, TOKENS},                /* XEP-0390 */
    {"vcard-temp:x:update", "x", 0, TOKENS},          /* XEP-0153 */
    {"urn:xmpp:idle:1", "idle", 0, NOTHING},          /* XEP-0319 */
    {"urn:xmpp:delay", "delay", 0, NOTHING},          /* XEP-0203 */
    {"urn:xmpp:occupant-id:0", "occupant-id", 0, NOTHING},
};

static bool has_blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		/* One may be written as a reference, or be a wide one. */
		if (strchr(" \t\r\n&", s.p[i]) || (unsigned char)s.p[i] >= 0x80)
			return true;
	}
	return false;
}

static bool only_blanks(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!strchr(" \t\r\n", s.p[i]))
			return false;
	}
	return true;
}

/* Text that is no sentence and no name: what machines call each other by. */
static bool is_token(struct span s)
{
	enum { TOKEN_MAX = 1023 };

	return s.n <= TOKEN_MAX && !has_blank(s);
}

/* A name is there to be read, whatever it names. */
static bool attributes_are_protocol(const struct stanza *x,
    const struct stanza_node *n)
{
	for (uint32_t i = 0; i < n->attrs; i++) {
		const struct stanza_attr *a = &x->attr[n->attr + i];

		if (span_is(a->local, "name") || !is_token(a->value))
			return false;
	}
	return true;
}

/* The fields of a form that are none of words. */
static bool is_known_field(struct span var)
{
	static const char *const known[] = {"FORM_TYPE", "with", "start", "end",
		"before-id", "after-id", "ids", "include-groupchat",
		"pubsub#publish-options", "secret"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (span_is(var, known[i]))
			return true;
	}
	return false;
}

static bool belongs(const struct stanza *x, uint32_t node,
    const struct payload *p)
{
	const struct stanza_node *n = &x->node[node];

	if (span_is(n->ns, p->ns))
		return true;
	if (p->inside != QUERY)
		return false;
	if (span_is(n->ns, NS_RSM))
		return true;
	if (!span_is(n->ns, NS_FORM))
		return false;
	if (span_is(n->local, "field"))
		return is_known_field(stanza_get(x, node, "var"));
	return span_is(n->local, "x") || span_is(n->local, "value");
}

/* All of a payload, its element included. Nodes are in document order. */
static bool payload_is_protocol(const struct stanza *x, uint32_t top,
    const struct payload *p)
{
	const char *end = x->node[top].raw.p + x->node[top].raw.n;

	for (uint32_t i = top; i < x->nodes && x->node[i].raw.p < end; i++) {
		const struct stanza_node *n = &x->node[i];

		if (n->name.n == 0) {
			if (!only_blanks(n->raw) &&
			    (p->inside == NOTHING || !is_token(n->raw)))
				return false;
		} else if (!belongs(x, i, p) || !attributes_are_protocol(x, n)) {
			return false;
		}
	}
	return true;
}

/* A stanza error without words of its own (RFC 6120, section 8.3). */
static bool is_bare_error(const struct stanza *x, uint32_t top)
{
	static const struct payload errors = {NS_ERRORS, "", 0, NOTHING};

	if (!span_is(x->node[top].local, "error"))
		return false;
	for (uint32_t c = x->node[top].child; c != STANZA_NONE;
	     c = x->node[c].next) {
		if (x->node[c].name.n == 0 ? !only_blanks(x->node[c].raw)
					   : !payload_is_protocol(x, c, &errors))
			return false;
	}
	return attributes_are_protocol(x, &x->node[top]);
}

/* RFC 6121, section 4.7.2: one of four words, and a number. */
static bool is_availability(const struct stanza *x, uint32_t top)
{
	static const char *const shows[] = {"away", "chat", "dnd", "xa"};
	const struct stanza_node *n = &x->node[top];
	struct span text = {"", 0};

	if (n->attrs)
		return false;
	if (n->child != STANZA_NONE) {
		const struct stanza_node *c = &x->node[n->child];

		if (c->name.n || c->next != STANZA_NONE)
			return false;
		text = c->raw;
	}
	for (size_t i = 0; i < 4 && span_is(n->local, "show"); i++) {
		if (span_is(text, shows[i]))
			return true;
	}
	if (!span_is(n->local, "priority") || text.n > 4)
		return false;
	for (size_t i = text.n && *text.p == '-'; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return true;
}

static const struct payload *find(const struct payload *list, size_t count,
    const struct stanza_node *n)
{
	for (size_t i = 0; i < count; i++) {
		if (span_is(n->ns, list[i].ns) &&
		    span_is(n->local, list[i].local))
			return &list[i];
	}
	return NULL;
}

static bool child_is_protocol(const struct stanza *x, uint32_t c,
    unsigned type)
{
	const struct stanza_node *n = &x->node[c];
	const struct payload *p;

	if (n->name.n == 0)
		return only_blanks(n->raw);
	if (span_same(n->ns, x->node[0].ns)) {
		if (type == FAILED && is_bare_error(x, c))
			return true;
		return span_is(x->node[0].local, "presence") &&
		    is_availability(x, c);
	}
	if (span_is(x->node[0].local, "presence"))
		p = find(marks, sizeof(marks) / sizeof(*marks), n);
	else
		p = find(payloads, sizeof(payloads) / sizeof(*payloads), n);
	return p && (!p->types || (p->types & type)) &&
	    payload_is_protocol(x, c, p);
}

/* Addresses and the type are what they are; an id is no place for words. */
static bool root_is_protocol(const struct stanza *x)
{
	static const char *const known[] = {"from", "to", "type", "id",
		"lang"};
	const struct stanza_node *n = &x->node[0];

	for (uint32_t i = 0; i < n->attrs; i++) {
		const struct stanza_attr *a = &x->attr[n->attr + i];
		size_t k = 0;

		while (k < 5 && !span_is(a->local, known[k]))
			k++;
		if (k == 5 || (k > 2 && !is_token(a->value)))
			return false;
	}
	return true;
}

/* Of an iq its bit; of a presence FAILED, or 1 where it only says that somebody
 * is there or not. 0: it says more, or that is not known. */
static unsigned type_of(const struct xml_root *r)
{
	static const char *const types[] = {"get", "set", "result", "error"};

	if (span_is(r->type, "error"))
		return FAILED;
	if (span_is(r->local, "presence"))
		return !r->type.p || span_is(r->type, "unavailable") ||
		    span_is(r->type, "probe");
	for (unsigned i = 0; i < 4; i++) {
		if (span_is(r->type, types[i]))
			return 1U << i;
	}
	return 0;
}

bool content_is(struct stanza *x, const struct xml_root *r,
    struct span canonical)
{
	unsigned type = type_of(r);

	if (!type || stanza_read(x, canonical) || !root_is_protocol(x))
		return true;
	for (uint32_t c = x->node[0].child; c != STANZA_NONE;
	     c = x->node[c].next) {
		if (!child_is_protocol(x, c, type))
			return true;
	}
	return false;
}
