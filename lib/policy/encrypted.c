/* SPDX-License-Identifier: ISC */
/* What only its recipient can read. */
#include "policy/encrypted.h"

/* An element; a namespace that ends in '*' is any that begins so, and any
 * element of it counts where there is no local name. */
struct kind {
	const char *ns, *local, *name;
};

static const struct kind contents[] = {
    {"eu.siacs.conversations.axolotl", "encrypted", "OMEMO"},
    {"urn:xmpp:omemo:*", "encrypted", "OMEMO"},
    {"urn:xmpp:openpgp:*", "openpgp", "OX"},
    {"jabber:x:encrypted", "x", "PGP"},
    {"urn:xmpp:eme:*", "encryption", "a mark of encryption"},
    {"urn:xmpp:otr:*", NULL, "OTR"},
    {"urn:ietf:params:xml:ns:xmpp-e2e", NULL, "S/MIME"},
    {"http://www.xmpp.org/extensions/xep-0200.html#ns", NULL,
	"an encrypted session"},
    {"http://www.w3.org/2001/04/xmlenc#", NULL, "XML Encryption"},
    {"urn:xmpp:esfs:*", NULL, "an encrypted file"},
    {"urn:xmpp:jingle:jet:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:jingle:jet-omemo:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:jingle:security:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:jingle:apps:dtls:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:tmp:jingle:apps:dtls:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:jingle:apps:rtp:zrtp:*", NULL, "encrypted Jingle"},
    {"urn:xmpp:jingle:apps:rtp:*", "encryption", "encrypted Jingle"},
    {"urn:xmpp:jingle:apps:rtp:*", "crypto", "encrypted Jingle"},
    {"http://gultsch.de/xmpp/drafts/omemo/dlts-srtp-verification", NULL,
	"encrypted Jingle"},
    {NULL, NULL, NULL},
};

static const struct kind devices[] = {
    {"eu.siacs.conversations.axolotl", "list", "OMEMO devices"},
    {"eu.siacs.conversations.axolotl", "bundle", "OMEMO keys"},
    {"urn:xmpp:omemo:*", "list", "OMEMO devices"},
    {"urn:xmpp:omemo:*", "devices", "OMEMO devices"},
    {"urn:xmpp:omemo:*", "bundle", "OMEMO keys"},
    {"urn:xmpp:omemo:*", "bundles", "OMEMO keys"},
    {"urn:xmpp:openpgp:*", "public-keys-list", "OX keys"},
    {"urn:xmpp:openpgp:*", "pubkey", "OX keys"},
    {"urn:xmpp:openpgp:*", "secretkey", "OX keys"},
    {NULL, NULL, NULL},
};

/* How the names of such nodes begin. */
static const struct {
	const char *head, *name;
} nodes[] = {
    {"eu.siacs.conversations.axolotl", "OMEMO devices"},
    {"urn:xmpp:omemo:", "OMEMO devices"},
    {"urn:xmpp:openpgp:", "OX keys"},
};

static bool ns_is(struct span ns, const char *wanted)
{
	size_t n = strlen(wanted);

	if (wanted[n - 1] != '*')
		return span_is(ns, wanted);
	return ns.n >= n && memcmp(ns.p, wanted, n - 1) == 0;
}

static const char *find(const struct stanza *s, uint32_t node,
    const struct kind *kinds)
{
	const struct stanza_node *n = &s->node[node];

	for (; n->name.n && kinds->ns; kinds++) {
		if ((!kinds->local || span_is(n->local, kinds->local)) &&
		    ns_is(n->ns, kinds->ns))
			return kinds->name;
	}
	return NULL;
}

const char *encrypted_element(const struct stanza *s)
{
	const char *name = NULL;

	for (uint32_t i = 0; !name && i < s->nodes; i++)
		name = find(s, i, contents);
	return name;
}

/* Whether a query's versions are here, up to its '?'. */
static bool is_query(struct span t)
{
	size_t i = 0;

	while (i < t.n && ((t.p[i] >= '0' && t.p[i] <= '9') || t.p[i] == 'x'))
		i++;
	return i < t.n && t.p[i] == '?';
}

/* All that a '?OTR' can go on with but "Error" (libotr's proto.c), wherever in
 * a text it is, as that library finds it there. */
static bool has_otr(struct span t)
{
	static const char tag[] = "?OTR";
	const size_t n = sizeof(tag) - 1;
	const char *p = t.p, *end = t.p + t.n;

	while ((size_t)(end - p) > n && (p = memchr(p, '?', end - p - n))) {
		if (memcmp(p, tag, n) == 0 && p[n] && strchr(":,|?", p[n]))
			return true;
		if (memcmp(p, tag, n) == 0 && p[n] == 'v' &&
		    is_query((struct span){p + n + 1,
			(size_t)(end - p) - n - 1}))
			return true;
		p++;
	}
	return false;
}

static bool has(struct span t, const char *what)
{
	const size_t n = strlen(what);
	const char *p = t.p, *end = t.p + t.n;

	while ((size_t)(end - p) >= n &&
	       (p = memchr(p, what[0], (size_t)(end - p) - n + 1))) {
		if (memcmp(p, what, n) == 0)
			return true;
		p++;
	}
	return false;
}

/* A scheme is written in either case (RFC 3986 section 3.1). */
static bool has_aesgcm(struct span t)
{
	static const char head[] = "aesgcm:";
	const size_t n = sizeof(head) - 1;

	for (size_t i = n; i <= t.n; i++) {
		size_t k = 0;

		if (t.p[i - 1] != ':')
			continue;
		while (k < n && (t.p[i - n + k] | 0x20) == (head[k] | 0x20))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

const char *encrypted_text(struct span t)
{
	/* By it a client says in white space that it would encrypt. */
	static const char tag[] = " \t  \t\t\t\t \t \t \t  ";

	if (!t.n)
		return NULL;
	if (has_otr(t))
		return "OTR";
	if (has(t, tag))
		return "OTR (in white space)";
	if (has(t, "-----BEGIN PGP MESSAGE-----"))
		return "PGP";
	if (has(t, "-----BEGIN PKCS7-----") || has(t, "-----BEGIN CMS-----"))
		return "S/MIME";
	return has_aesgcm(t) ? "an aesgcm: link" : NULL;
}

static const char *find_node(const struct stanza *s, uint32_t node)
{
	struct span name = stanza_get(s, node, "node");
	struct span ns = s->node[node].ns;

	if (!name.p || ns_is(ns, "http://jabber.org/protocol/disco#*") ||
	    span_is(ns, "http://jabber.org/protocol/caps"))
		return NULL;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		if (span_starts(name, nodes[i].head))
			return nodes[i].name;
	}
	return NULL;
}

const char *encrypted_devices(const struct stanza *s)
{
	const char *name = NULL;

	for (uint32_t i = 0; !name && i < s->nodes; i++) {
		if (!s->node[i].name.n)
			continue;
		name = find(s, i, devices);
		if (!name)
			name = find_node(s, i);
	}
	return name;
}
