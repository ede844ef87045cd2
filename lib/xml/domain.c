/* SPDX-License-Identifier: ISC */
/* Domainparts: one domain may be spelt in several ways. */
#include "xml/domain.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include <idn-free.h>
#include <idna.h>
#include <punycode.h>

#include "base/utf8.h"
#include "xml/jid.h"
#include "xml/precis.h"
#include "xml/prep.h"

enum { LABEL_POINTS = 64 };

static const char ace[] = "xn--";

/* RFC 5952, of an address in brackets; false if it is none. */
static bool put_ipv6(struct buf *b, struct span s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (s.n < 4 || s.p[0] != '[' || s.p[s.n - 1] != ']' ||
	    s.n - 2 >= sizeof(text))
		return false;
	memcpy(text, s.p + 1, s.n - 2);
	text[s.n - 2] = '\0';
	if (strlen(text) != s.n - 2 ||
	    inet_pton(AF_INET6, text, &address) != 1 ||
	    !inet_ntop(AF_INET6, &address, text, sizeof(text)))
		return false;
	buf_addc(b, '[');
	buf_adds(b, text);
	buf_addc(b, ']');
	return true;
}

/* RFC 3490 section 3.1: these are dots. */
static void add_with_dots(struct buf *b, struct span s)
{
	static const char *const stops[] = {
	    "\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};
	size_t i = 0;

	while (i < s.n) {
		struct span rest = {s.p + i, s.n - i};
		bool stop = false;

		for (size_t k = 0; k < sizeof(stops) / sizeof(*stops); k++)
			stop = stop || span_starts(rest, stops[k]);
		buf_addc(b, stop ? '.' : s.p[i]);
		i += stop ? 3 : 1;
	}
}

/* Compatibility forms of '@' and '/' become these only now: what they would
 * then set apart is not what any server sees. */
static bool sane(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '\0':
		case ' ':
		case '"':
		case '&':
		case '\'':
		case '/':
		case '<':
		case '>':
		case '@':
		case '\\':
			return false;
		default:
			break;
		}
	}
	return true;
}

/* A label by IDNA2008: only what comes out as a U-label is one. */
static bool put_label_2008(struct buf *b, struct span label)
{
	punycode_uint points[LABEL_POINTS];
	size_t count = LABEL_POINTS, at = b->len;
	struct buf u = BUF_EMPTY;
	bool wide = false, ok;

	ok = punycode_decode(label.n - strlen(ace), label.p + strlen(ace),
		 &count, points, NULL) == PUNYCODE_SUCCESS;
	for (size_t i = 0; ok && i < count; i++) {
		ok = points[i] <= 0x10ffff &&
		    (points[i] < 0xd800 || points[i] > 0xdfff);
		wide = wide || points[i] >= 0x80;
		(void)buf_room(&u, 4);
		if (ok)
			u.len += utf8_put(u.data + u.len, points[i]);
	}
	ok = ok && wide && precis_domain(b, buf_span(&u)) &&
	    span_same((struct span){b->data + at, b->len - at}, buf_span(&u));
	if (!ok)
		b->len = at;
	buf_release(&u);
	return ok;
}

static bool put_label_2003(struct buf *b, struct span label)
{
	char text[LABEL_POINTS];
	char *out = NULL;
	bool ok;

	if (label.n >= sizeof(text))
		return false;
	memcpy(text, label.p, label.n);
	text[label.n] = '\0';
	ok = idna_to_unicode_8z8z(text, &out, IDNA_ALLOW_UNASSIGNED) ==
		IDNA_SUCCESS &&
	    out && !strchr(out, '.');
	if (ok)
		buf_adds(b, out);
	idn_free(out);
	return ok;
}

/* In place of the prepared name at the end of b, from at on. */
static void decode_labels(struct buf *b, size_t at, enum domain_rules rules)
{
	struct buf name = BUF_EMPTY;
	struct span rest;

	buf_add(&name, b->data + at, b->len - at);
	b->len = at;
	rest = buf_span(&name);
	while (rest.n) {
		const char *dot = memchr(rest.p, '.', rest.n);
		size_t n = dot ? (size_t)(dot - rest.p) : rest.n;
		struct span label = {rest.p, n};

		if (!span_starts(label, ace) ||
		    !(rules == DOMAIN_2008 ? put_label_2008(b, label)
					   : put_label_2003(b, label)))
			buf_addspan(b, label);
		n += dot != NULL;
		if (dot)
			buf_addc(b, '.');
		rest = (struct span){rest.p + n, rest.n - n};
	}
	buf_release(&name);
}

static bool has_ace(struct span s)
{
	for (size_t i = 0; i + strlen(ace) <= s.n; i++) {
		if (s.p[i] == 'x' && memcmp(s.p + i, ace, strlen(ace)) == 0)
			return true;
	}
	return false;
}

static bool put_name(struct buf *b, struct span s, enum domain_rules rules)
{
	struct buf dotted = BUF_EMPTY;
	bool ascii = utf8_ascii(s.p, s.n) == s.n, ok;

	if (!ascii) {
		add_with_dots(&dotted, s);
		s = buf_span(&dotted);
	}
	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	ok = ascii || rules == DOMAIN_2003 ? prep_part(b, s, PREP_NAME)
					   : precis_domain(b, s);
	buf_release(&dotted);
	return ok;
}

bool domain_prepare(struct buf *b, struct span s, enum domain_rules rules)
{
	size_t at = b->len;
	struct span name;

	if (put_ipv6(b, s))
		return true;
	if (s.n > JID_PART_MAX || !put_name(b, s, rules))
		return false;
	name = (struct span){b->data + at, b->len - at};
	if (has_ace(name) && sane(name)) {
		decode_labels(b, at, rules);
		name = (struct span){b->data + at, b->len - at};
	}
	if (name.n && name.n <= JID_PART_MAX && sane(name))
		return true;
	b->len = at;
	return false;
}

/* Letters, digits, hyphens, and what is in use besides: underscores; the
 * colons of an IP address. No empty label but the last: OpenSSL takes a dot
 * at the beginning for any name below. */
static bool is_host(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool label = (p[i] >= 'a' && p[i] <= 'z') ||
		    (p[i] >= '0' && p[i] <= '9') || strchr("-_:", p[i]);

		if (!label && (p[i] != '.' || i == 0 || p[i - 1] == '.'))
			return false;
	}
	return n > 0 && n <= JID_HOST_MAX;
}

bool jid_host(struct buf *b, struct span domain)
{
	struct buf name = BUF_EMPTY;
	char *ascii = NULL;
	size_t n = 0;
	bool ok;

	ok = !memchr(domain.n ? domain.p : "", '/', domain.n) &&
	    !memchr(domain.n ? domain.p : "", '@', domain.n) &&
	    domain.n <= JID_PART_MAX && put_name(&name, domain, DOMAIN_2003) &&
	    sane(buf_span(&name)) &&
	    idna_to_ascii_8z(buf_str(&name), &ascii, 0) == IDNA_SUCCESS;
	if (ok) {
		n = strlen(ascii);
		ok = is_host(ascii, n);
	}
	if (ok)
		buf_add(b, ascii, n);
	idn_free(ascii);
	buf_release(&name);
	return ok;
}
