/* SPDX-License-Identifier: ISC */
/* Random XML for fuzzers, the same for the same seed: namespace-well-formed
 * elements of the odd kinds that XMPP allows, and damage to them. Depends on
 * nothing but the C library. */
#ifndef XMLGEN_H
#define XMLGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	XMLGEN_MAX = 32 * 1024, /* bytes of an element, at most */
	XMLGEN_DEPTH = 10,
	XMLGEN_PREFIXES = 4,
	XMLGEN_ATTRS = 12,
};

struct xmlgen {
	uint64_t state;
	char out[XMLGEN_MAX + 1]; /* NUL-terminated */
	size_t len;
	unsigned budget; /* elements that may still be begun */
	/* What each prefix is bound to, by depth; 0: to nothing. */
	unsigned char bound[XMLGEN_DEPTH + 2][XMLGEN_PREFIXES];
	bool fresh[XMLGEN_PREFIXES]; /* which the next element binds */
	bool plain_space; /* no odd spaces inside tags */
};

static inline void xmlgen_seed(struct xmlgen *g, uint64_t seed)
{
	memset(g, 0, sizeof(*g));
	g->state = (seed ^ seed >> 31) * 0xd6e8feb86659fd93u;
}

/* A number below n (n > 0); splitmix64. */
static inline unsigned xmlgen_below(struct xmlgen *g, unsigned n)
{
	uint64_t z = g->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ z >> 31) >> 11) % n;
}

static inline void xmlgen_put(struct xmlgen *g, const char *s)
{
	size_t n = strlen(s);

	if (g->len + n <= XMLGEN_MAX) {
		memcpy(g->out + g->len, s, n);
		g->len += n;
	}
	g->out[g->len] = '\0';
}

#define XMLGEN_PICK(g, list)                                                   \
	(list)[xmlgen_below(g, sizeof(list) / sizeof(*(list)))]

static const char *const xmlgen_prefixes[XMLGEN_PREFIXES] = {"a", "b",
    "omemo", "p\xc3\xa9"};

static const char *const xmlgen_uris[] = {"", "urn:xmpp:sid:0",
    "jabber:client", "http://jabber.org/protocol/muc#user",
    "urn:&amp;&lt;odd&gt;", "eu.siacs.conversations.axolotl",
    "urn:\xe6\x97\xa5\xe6\x9c\xac", "a b", "jabber:server"};

static const char *const xmlgen_names[] = {"message", "body", "presence", "iq",
    "x", "item", "a.b-c_1", "\xe6\x97\xa5\xe6\x9c\xac", "_", "html",
    "\xc3\xa9l\xc3\xa9ment", "subject", "forwarded", "A", "M\xcc\x80"};

static const char *const xmlgen_attrs[XMLGEN_ATTRS] = {"to", "from", "id",
    "type", "jid", "name", "stamp", "node", "\xc3\xbc", "xm", "lang", "v-1"};

/* Text pieces that stand in content and values alike. */
static const char *const xmlgen_words[] = {"Hello", "buy", " ", "  ", "0",
    "caf\xc3\xa9", "\xe4\xbc\x9a\xe8\xad\xb0", "\xf0\x9f\x91\x8d", "&amp;",
    "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x1F600;", "&#x9;",
    "&#xA;", "&#xD;", "&#10;", "&#000013;", "&#x0009;", "\t", "\n", "\r\n",
    "\r", "]", "]]", "]]]", ">", "/>", "=", ";", "#", "--", "?>", "&#93;",
    "&#x3e;", "&#38;", "&#60;", "&#xfffd;", "\xef\xbf\xbd", "\xc2\x85",
    "\xe2\x80\xa8", "\x7f", "\xe2\x80\x8b", "\xef\xbb\xbf", "&#x10FFFF;"};

static inline void xmlgen_space(struct xmlgen *g, bool needed)
{
	static const char *const spaces[] = {" ", "  ", "\n", "\t", "\r\n",
	    " \t "};

	if (!g->plain_space && xmlgen_below(g, 6) == 0)
		xmlgen_put(g, XMLGEN_PICK(g, spaces));
	else if (needed)
		xmlgen_put(g, " ");
}

static inline bool xmlgen_ends(const struct xmlgen *g, const char *s)
{
	size_t n = strlen(s);

	return g->len >= n && memcmp(g->out + g->len - n, s, n) == 0;
}

/* A word; a raw "]]>" never comes to be. */
static inline void xmlgen_word(struct xmlgen *g)
{
	const char *w = XMLGEN_PICK(g, xmlgen_words);

	if (*w == '>' && xmlgen_ends(g, "]]"))
		w = "&gt;";
	xmlgen_put(g, w);
}

static inline void xmlgen_value(struct xmlgen *g)
{
	char quote[2] = {xmlgen_below(g, 2) ? '"' : '\'', '\0'};
	unsigned n = xmlgen_below(g, 5);

	xmlgen_space(g, false);
	xmlgen_put(g, "=");
	xmlgen_space(g, false);
	xmlgen_put(g, quote);
	while (n--)
		xmlgen_word(g);
	if (xmlgen_below(g, 8) == 0)
		xmlgen_put(g, *quote == '"' ? "'" : "\"");
	xmlgen_put(g, quote);
}

/* Bind prefixes anew, before the name is written, which may have one. */
static inline void xmlgen_bind(struct xmlgen *g, unsigned depth)
{
	const unsigned uris = sizeof(xmlgen_uris) / sizeof(*xmlgen_uris);

	memcpy(g->bound[depth], g->bound[depth - 1], sizeof(g->bound[0]));
	for (unsigned i = 0; i < XMLGEN_PREFIXES; i++) {
		g->fresh[i] = xmlgen_below(g, depth == 1 ? 3 : 12) == 0;
		if (g->fresh[i])
			g->bound[depth][i] =
			    (unsigned char)(1 + xmlgen_below(g, uris - 1));
	}
}

static inline void xmlgen_declare(struct xmlgen *g, unsigned depth)
{
	char text[128];

	if (xmlgen_below(g, 4) == 0 || depth == 1) {
		snprintf(text, sizeof(text), "xmlns=\"%s\"",
		    XMLGEN_PICK(g, xmlgen_uris));
		xmlgen_space(g, true);
		xmlgen_put(g, text);
	}
	for (unsigned i = 0; i < XMLGEN_PREFIXES; i++) {
		if (!g->fresh[i])
			continue;
		snprintf(text, sizeof(text), "xmlns:%s='%s'",
		    xmlgen_prefixes[i], xmlgen_uris[g->bound[depth][i]]);
		xmlgen_space(g, true);
		xmlgen_put(g, text);
	}
	if (xmlgen_below(g, 40) == 0) {
		xmlgen_space(g, true);
		xmlgen_put(g, "xmlns:xml="
			      "'http://www.w3.org/XML/1998/namespace'");
	}
}

/* A prefix that is bound at depth, with its colon, or nothing. */
static inline void xmlgen_prefix(struct xmlgen *g, unsigned depth)
{
	unsigned i = xmlgen_below(g, 4 * XMLGEN_PREFIXES);

	if (i < XMLGEN_PREFIXES && g->bound[depth][i]) {
		xmlgen_put(g, xmlgen_prefixes[i]);
		xmlgen_put(g, ":");
	}
}

static inline void xmlgen_attributes(struct xmlgen *g, unsigned depth)
{
	unsigned n = xmlgen_below(g, 2) ? xmlgen_below(g, 5) : 0;
	unsigned first = xmlgen_below(g, XMLGEN_ATTRS);

	if (xmlgen_below(g, 6) == 0) {
		xmlgen_space(g, true);
		xmlgen_put(g, "xml:lang");
		xmlgen_value(g);
	}
	for (unsigned i = 0; i < n; i++) {
		xmlgen_space(g, true);
		xmlgen_prefix(g, depth);
		xmlgen_put(g, xmlgen_attrs[(first + i) % XMLGEN_ATTRS]);
		xmlgen_value(g);
	}
}

static inline void xmlgen_cdata(struct xmlgen *g)
{
	static const char *const pieces[] = {"<", "&", ">", "]", "]]", "&amp;",
	    "<b>", "\n", "\t", "x", "\xc3\xa9", "\r", "<!--", "", "]>"};
	unsigned n = xmlgen_below(g, 5);

	xmlgen_put(g, "<![CDATA[");
	while (n--) {
		const char *p = XMLGEN_PICK(g, pieces);

		if ((*p == '>' && xmlgen_ends(g, "]]")) ||
		    (strcmp(p, "]>") == 0 && xmlgen_ends(g, "]")))
			continue;
		xmlgen_put(g, p);
	}
	xmlgen_put(g, "]]>");
}

static inline void xmlgen_inside(struct xmlgen *g, unsigned depth);

static inline void xmlgen_node(struct xmlgen *g, unsigned depth)
{
	char name[64];
	size_t from = g->len + 1;

	if (g->budget)
		g->budget--;
	xmlgen_bind(g, depth);
	xmlgen_put(g, "<");
	xmlgen_prefix(g, depth);
	xmlgen_put(g, XMLGEN_PICK(g, xmlgen_names));
	snprintf(name, sizeof(name), "%.*s", (int)(g->len - from),
	    g->out + from);
	xmlgen_declare(g, depth);
	xmlgen_attributes(g, depth);
	xmlgen_space(g, false);
	if (xmlgen_below(g, 3) == 0) {
		xmlgen_put(g, "/>");
		return;
	}
	xmlgen_put(g, ">");
	xmlgen_inside(g, depth);
	xmlgen_put(g, "</");
	xmlgen_put(g, name);
	xmlgen_space(g, false);
	xmlgen_put(g, ">");
}

static inline void xmlgen_inside(struct xmlgen *g, unsigned depth)
{
	unsigned n = xmlgen_below(g, 5);

	while (n--) {
		unsigned kind = xmlgen_below(g, 10);

		if (kind < 4 && depth < XMLGEN_DEPTH && g->budget)
			xmlgen_node(g, depth + 1);
		else if (kind == 4)
			xmlgen_cdata(g);
		else
			xmlgen_word(g);
	}
}

/* A new element, stand-alone, in out; returns its length. */
static inline size_t xmlgen_element(struct xmlgen *g)
{
	g->len = 0;
	g->budget = 1 + xmlgen_below(g, 30);
	g->plain_space = xmlgen_below(g, 2);
	memset(g->bound, 0, sizeof(g->bound));
	xmlgen_node(g, 1);
	return g->len;
}

/* The bytes p, copied to out and damaged in one to three places, as a sender
 * of bad XML would; returns the new length. It may come out well-formed. */
static inline size_t xmlgen_damage(struct xmlgen *g, const char *p, size_t n)
{
	static const char *const scraps[] = {"<", ">", "&", "\"", "'", "/",
	    "]]>", "<!--x-->", "<?x?>", "&foo;", "&#0;", "&#x1;", "&#xFFFE;",
	    "\xff", "\xc0\x80", "\xed\xa0\x80", "\xef\xbf\xbe", "\x01", " ",
	    "\n", "\t", "\r", "x", ":", "=", "xmlns:q=\"\"", " a=\"1\"",
	    " a='1'", "<a>", "</a>", "<b/>", "<b></b>", "&#10;", "&#xa;",
	    "&gt;", "&quot;", "&apos;", "<![CDATA[x]]>", " xmlns=\"\"",
	    " xml:lang=\"en\"", " xmlns:xml=\"urn:x\"", "&amp", "&#x9", ";"};
	unsigned times = 1 + xmlgen_below(g, 3);

	g->len = n < XMLGEN_MAX ? n : XMLGEN_MAX;
	memcpy(g->out, p, g->len);
	while (times-- && g->len) {
		const char *s = XMLGEN_PICK(g, scraps);
		size_t add = strlen(s);
		size_t at = xmlgen_below(g, (unsigned)g->len);
		size_t cut = xmlgen_below(g, 3) ? 0 : 1 + xmlgen_below(g, 4);

		if (cut > g->len - at)
			cut = g->len - at;
		if (xmlgen_below(g, 4) == 0)
			add = 0;
		if (g->len - cut + add > XMLGEN_MAX)
			continue;
		memmove(g->out + at + add, g->out + at + cut,
		    g->len - at - cut);
		memcpy(g->out + at, s, add);
		g->len = g->len - cut + add;
	}
	g->out[g->len] = '\0';
	return g->len;
}

#endif
