/* SPDX-License-Identifier: ISC */
/* Addresses of mail, telephones and hosts. */
#include <arpa/inet.h>

#include "base/fnv.h"
#include "lexicon/recognise-internal.h"

static bool sign_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The end of a name of labels with dots between (RFC 1034 section 3.5), its
 * last one of letters; 0 if there is none. */
static size_t domain_end(const struct going *g, size_t i)
{
	size_t end = 0, dots = 0;

	for (;;) {
		size_t label = i;
		bool letters = true;

		while (is_word(at(g, i)) || (at(g, i) == '-' && i > label)) {
			letters = letters && !is_digit(g->p[i]) &&
			    g->p[i] != '-';
			i++;
		}
		while (i > label && g->p[i - 1] == '-')
			i--;
		if (i == label)
			break;
		if (dots && i - label >= 2 &&
		    (letters || (i - label > 4 &&
				    memcmp(g->p + label, "xn--", 4) == 0)))
			end = i;
		if (at(g, i) != '.')
			break;
		dots++;
		i++;
	}
	return end;
}

/* RFC 5322 section 3.4.1, a dot-atom, as people have them. */
void recognise_email(struct going *g, size_t i)
{
	enum { LOCAL_MAX = 64 };
	size_t from = i, end;

	while (from > 0 && i - from < LOCAL_MAX &&
	    (is_word(g->p[from - 1]) ||
		sign_in(g->p[from - 1], ".!#$%&'*+/=?^_`{|}~-")))
		from--;
	while (from < i && !is_word(g->p[from]))
		from++;
	if (from == i || g->p[i - 1] == '.')
		return;
	end = domain_end(g, i + 1);
	if (end)
		recognise_found(g, RECOGNISE_EMAIL, from, end);
}

/* ITU-T E.164: up to 15 digits behind the prefix, with a country code that is
 * assigned. i: at a '+' or at "00". */
void recognise_phone(struct going *g, size_t i)
{
	enum { DIGITS_MAX = 15, DIGITS_MIN = 8, GAP_MAX = 2, NANP = 11 };
	bool plus = g->p[i] == '+';
	size_t k = i + (plus ? 1 : 2), end = 0, digits = 0, gaps = 0;
	char number[DIGITS_MAX + 1];

	if (is_word(before(g, i)) || (!plus && before(g, i) == '.'))
		return;
	for (size_t gap = 0; k < g->n && gap <= GAP_MAX; k++) {
		if (is_digit(g->p[k])) {
			if (digits > DIGITS_MAX - 1)
				return;
			number[digits++] = g->p[k];
			gaps += gap > 0;
			gap = 0;
			end = k + 1;
		} else if (sign_in(g->p[k], " -./()")) {
			gap++;
		} else {
			break;
		}
	}
	if (digits < DIGITS_MIN || number[0] == '0' || is_word(at(g, end)) ||
	    (!plus && (!gaps || (at(g, end) == '-' && is_word(at(g, end + 1))))))
		return;
	if (number[0] == '1' &&
	    (digits != NANP || number[1] < '2' || number[4] < '2'))
		return;
	if (recognise_calling(number))
		recognise_found(g, RECOGNISE_PHONE, i, end);
}

/* Part of a version, or of another name. */
static bool within(const struct going *g, size_t from, size_t end)
{
	return (sign_in(before(g, from), ".-_") && from > 1 &&
		   is_word(g->p[from - 2])) ||
	    is_word(at(g, end)) ||
	    (sign_in(at(g, end), ".-+~_") && is_word(at(g, end + 1)));
}

/* RFC 791, as RFC 6943 section 3.1.1 has it strictly. */
void recognise_ip4(struct going *g, size_t i)
{
	size_t from = i;

	for (int part = 0; part < 4; part++) {
		struct run r = recognise_run(g, i);
		size_t n = r.end - r.at;
		unsigned value = 0;

		if (n == 0 || n > 3 || r.digits != n ||
		    (n > 1 && g->p[i] == '0'))
			return;
		for (; i < r.end; i++)
			value = value * 10 + (unsigned)(g->p[i] - '0');
		if (value > 255 || (part < 3 && at(g, i) != '.'))
			return;
		i += part < 3;
	}
	if (!within(g, from, i))
		recognise_found(g, RECOGNISE_IP, from, i);
}

/* Eight parts of two digits each are an EUI-64, not an address. */
static bool hardware(const char *s, size_t n)
{
	for (size_t i = 2; i < n; i += 3) {
		if (s[i] != ':')
			return false;
	}
	return n == 23;
}

/* RFC 4291 section 2.2. */
void recognise_ip6(struct going *g, size_t i)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t end = i, colons = 0, digits = 0;

	if (sign_in(before(g, i), ":.") || is_word(before(g, i)))
		return;
	while (end < g->n && end - i < sizeof(text) &&
	    (sign_in(g->p[end], "0123456789abcdefABCDEF:."))) {
		colons += g->p[end] == ':';
		digits += is_digit(g->p[end]);
		end++;
	}
	if (end - i >= sizeof(text) || is_word(at(g, end)))
		return;
	while (end > i && (g->p[end - 1] == '.' ||
			      (g->p[end - 1] == ':' && end - i > 1 &&
				  g->p[end - 2] != ':')))
		end--;
	if (colons < 2 || !digits || hardware(g->p + i, end - i))
		return;
	memcpy(text, g->p + i, end - i);
	text[end - i] = '\0';
	if (inet_pton(AF_INET6, text, &address) == 1)
		recognise_found(g, RECOGNISE_IP, i, end);
}

/* Where a reference ends (RFC 3986 appendix C): at a blank or a delimiter, and
 * not with what ends a sentence. */
static size_t url_end(const struct going *g, size_t from)
{
	enum { URL_MAX = 2048 };
	size_t i = from, open = 0, closed = 0;

	while (i < g->n && i - from < URL_MAX &&
	    (unsigned char)g->p[i] > ' ' &&
	    !sign_in(g->p[i], "<>\"`")) {
		open += g->p[i] == '(';
		i++;
	}
	for (size_t k = from; k < i; k++)
		closed += g->p[k] == ')';
	for (; i > from; i--) {
		bool bracket = g->p[i - 1] == ')' && closed > open;

		if (!bracket && !sign_in(g->p[i - 1], ".,;:!?'*_~]}"))
			break;
		closed -= bracket;
	}
	return i;
}

static void found_url(
    struct going *g, size_t from, size_t end, size_t host, size_t host_end)
{
	struct recognised r = {.kind = RECOGNISE_URL,
	    .at = from,
	    .len = end - from,
	    .host = host,
	    .host_len = host_end - host,
	    .value = fnv_hash((struct span){g->p + from, end - from})};

	g->found(g->context, &r);
}

/* Find the host in what is behind "//": behind the last '@', before a port. */
static void authority(
    const struct going *g, size_t *host, size_t *host_end, size_t end)
{
	size_t i = *host, at_sign = i;

	while (i < end && !sign_in(g->p[i], "/\\?#")) {
		if (g->p[i] == '@')
			at_sign = i + 1;
		i++;
	}
	*host = at_sign;
	*host_end = i;
	if (at(g, at_sign) == '[') {
		for (i = at_sign; i < *host_end && g->p[i] != ']'; i++)
			;
		*host_end = i < *host_end ? i + 1 : *host_end;
		return;
	}
	for (i = at_sign; i < *host_end; i++) {
		if (g->p[i] == ':')
			*host_end = i;
	}
	while (*host_end > *host && g->p[*host_end - 1] == '.')
		--*host_end;
}

/* i: at the colon before the slashes, of which browsers take any. */
void recognise_url(struct going *g, size_t i)
{
	enum { SCHEME_MAX = 32 };
	size_t from = i, host = i + 1, host_end, end;

	while (from > 0 && i - from < SCHEME_MAX &&
	    ((is_word(g->p[from - 1]) &&
		 (unsigned char)g->p[from - 1] != FLAT_LETTER) ||
		sign_in(g->p[from - 1], "+.-")))
		from--;
	while (from < i && !is_upper(g->p[from]) && !is_lower(g->p[from]))
		from++;
	if (i - from < 2)
		return;
	while (sign_in(at(g, host), "/\\"))
		host++;
	if (host - i < 3)
		return;
	end = url_end(g, host);
	if (end == host)
		return;
	host_end = end;
	authority(g, &host, &host_end, end);
	found_url(g, from, end, host, host_end);
}

/* Schemes without slashes (RFC 6068, 5122, 3966, 3261, ...). */
static void opaque(struct going *g, const struct run *r)
{
	static const char *const schemes[] = {"mailto", "xmpp", "tel", "sip",
	    "sips", "sms", "geo", "magnet", "data", "im", NULL};
	size_t n = r->end - r->at, end, host, host_end;

	if (at(g, r->end) != ':' || at(g, r->end + 1) == '/' || r->foreign)
		return;
	for (size_t i = 0; schemes[i]; i++) {
		if (strlen(schemes[i]) != n)
			continue;
		for (size_t k = 0; k < n; k++) {
			if ((g->p[r->at + k] | 0x20) != schemes[i][k])
				n = 0;
		}
		if (n == 0)
			break;
		host = r->end + 1;
		end = host_end = url_end(g, host);
		if (end == host)
			return;
		authority(g, &host, &host_end, end);
		if (host == r->end + 1)
			host_end = host;
		found_url(g, r->at, end, host, host_end);
		return;
	}
}

/* Names of hosts that nothing but themselves says are ones. */
void recognise_named(struct going *g, const struct run *r)
{
	size_t end, host_end;
	bool www = r->end - r->at == 3 && (g->p[r->at] | 0x20) == 'w' &&
	    (g->p[r->at + 1] | 0x20) == 'w' && (g->p[r->at + 2] | 0x20) == 'w';

	opaque(g, r);
	if (sign_in(before(g, r->at), ".-@/\\") || at(g, r->end) == '@')
		return;
	if (at(g, r->end) != '.' && at(g, r->end) != '-')
		return;
	host_end = domain_end(g, r->at);
	if (!host_end || at(g, host_end) == '@')
		return;
	end = sign_in(at(g, host_end), "/:?#") ? url_end(g, host_end)
					       : host_end;
	if (www && wants(g, RECOGNISE_URL)) {
		found_url(g, r->at, end, r->at, host_end);
	} else if (g->kinds >> RECOGNISERS & 1) {
		struct recognised one = {.kind = RECOGNISE_URL,
		    .at = r->at,
		    .len = end - r->at,
		    .host = r->at,
		    .host_len = host_end - r->at,
		    .bare = true};

		g->found(g->context, &one);
	}
}
