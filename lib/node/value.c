/* SPDX-License-Identifier: ISC */
/* The kinds of values that settings have, and what is a value of them. */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/label.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "io/address.h"
#include "io/endpoint.h"
#include "node/setting.h"
#include "seal/witnesses.h"
#include "web/answer.h"
#include "xml/jid.h"

/* Whether text says "there" for the blank-ended words. */
static bool among(const char *words, const char *text, size_t len)
{
	for (const char *w = words; *w; w += strcspn(w, " ") + 1) {
		if (strcspn(w, " ") == len && memcmp(w, text, len) == 0)
			return true;
	}
	return false;
}

static const char *check_word(const struct setting *s, const char *value)
{
	return among(s->words, value, strlen(value)) ? NULL
						     : "is not one of its words";
}

static const char *check_yesno(const struct setting *s, const char *value)
{
	(void)s;
	return among("yes no ", value, strlen(value)) ? NULL
						      : "is neither yes nor no";
}

static const char *check_words(const struct setting *s, const char *value)
{
	for (const char *w = value;; w++) {
		size_t len = strcspn(w, ",");
		const char *before = value;

		if (!among(s->words, w, len))
			return "has a word that is not one of its words";
		for (; before < w; before += strcspn(before, ",") + 1) {
			if (strcspn(before, ",") == len &&
			    memcmp(before, w, len) == 0)
				return "has a word twice";
		}
		w += len;
		if (!*w)
			return NULL;
	}
}

static const char *in_bounds(const struct setting *s, uint64_t n)
{
	if (n < s->min)
		return "is too small";
	return n > s->max ? "is too large" : NULL;
}

static const char *check_count(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_number(value, &n) ? in_bounds(s, n)
					  : "is not a number";
}

static const char *check_size(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_size(value, &n)
	    ? in_bounds(s, n)
	    : "is not a size, as 64K or 10M";
}

static const char *check_duration(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_duration(value, &n)
	    ? in_bounds(s, n)
	    : "is not a duration, as 500ms, 10s or 1d";
}

static const char *check_path(const struct setting *s, const char *value)
{
	(void)s;
	return *value == '/' ? NULL : "is not an absolute path";
}

static const char *check_command(const struct setting *s, const char *value)
{
	(void)s;
	return *value ? NULL : "is empty";
}

static const char *check_user(const struct setting *s, const char *value)
{
	(void)s;
	return getpwnam(value) ? NULL : "is no user of this machine";
}

static const char *check_group(const struct setting *s, const char *value)
{
	(void)s;
	return getgrnam(value) ? NULL : "is no group of this machine";
}

static const char *check_domain(const struct setting *s, const char *value)
{
	struct buf prepared = BUF_EMPTY;
	struct jid jid;
	bool ok = jid_split(&jid, span_of(value)) && !jid.local.p &&
	    !jid.resource.p && jid_prepare(&prepared, span_of(value));

	(void)s;
	buf_release(&prepared);
	return ok ? NULL : "is not a domain";
}

static const char *check_network(const struct setting *s, const char *value)
{
	struct network n;

	(void)s;
	return network_parse(&n, value) ? NULL : "is not a network";
}

static bool port_zero(const struct address *a)
{
	return a->kind == ADDRESS_TCP && strspn(a->port, "0") == strlen(a->port);
}

static const char *check_address(const struct setting *s, const char *value)
{
	const char *why = NULL;
	struct address a;

	(void)s;
	if (!address_parse(&a, value, &why))
		return why;
	if (a.kind == ADDRESS_FD)
		why = "has to be unix:, tcp: or tls:";
	else if (a.kind == ADDRESS_TCP && (!a.host || port_zero(&a)))
		why = "lacks a host or a port";
	address_release(&a);
	return why;
}

static const char *check_listener(const struct setting *s, const char *value)
{
	const char *why = NULL;
	struct address a;

	(void)s;
	if (!address_parse_listener(&a, value, &why))
		return why;
	if (a.kind != ADDRESS_TCP)
		why = "has to be tcp:, tls:, ws: or wss:";
	else if (a.web_path && !answer_path_valid(a.web_path))
		why = "has a bad path";
	address_release(&a);
	return why;
}

/* Where HTTP is served. */
static const char *check_http_listener(const struct setting *s,
    const char *value)
{
	const char *why = NULL;
	struct address a;

	(void)s;
	if (!address_parse(&a, value, &why))
		return why;
	if (a.kind != ADDRESS_TCP)
		why = "has to be tcp: or tls:";
	address_release(&a);
	return why;
}

static const char *check_origin(const struct setting *s, const char *value)
{
	(void)s;
	return answer_origin_valid(value) ? NULL
					  : "is not an origin, as https://HOST";
}

static const char *check_web_url(const struct setting *s, const char *value)
{
	(void)s;
	return answer_url_valid(value) ? NULL : "is not a ws:// or wss:// URL";
}

static const char *check_loopback(const struct setting *s, const char *value)
{
	const char *why = check_address(s, value);
	struct network v4, v6;
	struct endpoint end;
	struct address a;

	if (why || !address_parse(&a, value, &why))
		return why;
	network_parse(&v4, "127.0.0.0/8");
	network_parse(&v6, "::1");
	if (a.kind == ADDRESS_TCP && strcasecmp(a.host, "localhost") != 0 &&
	    !(endpoint_from_ip(&end, a.host, 0) &&
		(network_holds(&v4, &end) || network_holds(&v6, &end))))
		why = "is neither on the loopback nor a unix socket";
	if (a.tls)
		why = "is a tls: one, which is not spoken here";
	address_release(&a);
	return why;
}

static const char *check_url(const struct setting *s, const char *value)
{
	const char *host = NULL;

	if (strncasecmp(value, "http://", 7) == 0)
		host = value + 7;
	else if (strncasecmp(value, "https://", 8) == 0)
		host = value + 8;
	if (!host)
		return check_address(s, value);
	if (strcspn(host, "/?#") == 0)
		return "has no host";
	return strcspn(value, " \"<>\\^`{|}") == strlen(value)
	    ? NULL
	    : "has a character that no URL has";
}

/* Of a server's HTTP, or what links to it begin with. */
static const char *check_site(const struct setting *s, const char *value)
{
	if (strncmp(value, "http://", 7) != 0 &&
	    strncmp(value, "https://", 8) != 0)
		return "is neither http:// nor https://";
	if (strpbrk(value, "?#@"))
		return "has more than a host, a port and a path";
	return check_url(s, value);
}

static const char *check_witness(const struct setting *s, const char *value)
{
	struct witness_at w;
	const char *why = witness_at_parse(&w, value);

	(void)s;
	if (!why)
		witness_at_release(&w);
	return why;
}

static const char *check_label(const struct setting *s, const char *value)
{
	(void)s;
	return label_valid(span_of(value)) ? NULL : "is not a name";
}

/* No name has a colon, and no URL begins without one. */
const char *value_server_url(const char *value, struct span *name)
{
	size_t n = strcspn(value, " \t");

	*name = (struct span){value, 0};
	if (!value[n] || memchr(value, ':', n))
		return value;
	name->n = n;
	return value + n + strspn(value + n, " \t");
}

static const char *check_server(const struct setting *s, const char *value)
{
	struct span name;
	const char *url = value_server_url(value, &name);

	if (name.n && !label_valid(name))
		return "begins with neither a URL nor a name";
	/* A path may have blanks. */
	if (strncmp(url, "unix:", 5) != 0 && strpbrk(url, " \t"))
		return "has more than a name and a URL (each URL has its own "
		       "line)";
	return check_url(s, url);
}

struct span value_reviewer_next(const char **rest)
{
	const char *p = *rest + strspn(*rest, " \t");
	size_t n = strcspn(p, " \t");

	*rest = p + n;
	return (struct span){p, n};
}

static bool bare_jid(struct span text)
{
	struct buf prepared = BUF_EMPTY;
	struct jid jid;
	bool ok = jid_split(&jid, text) && jid.local.p && !jid.resource.p &&
	    jid_prepare(&prepared, text);

	buf_release(&prepared);
	return ok;
}

static const char *check_reviewer(const struct setting *s, const char *value)
{
	struct span user = value_reviewer_next(&value), jid;
	char *name = mem_dup(user.p, user.n);
	bool known = getpwnam(name) != NULL;
	size_t jids = 0;

	(void)s;
	free(name);
	if (!known)
		return "does not begin with a user of this machine";
	while ((jid = value_reviewer_next(&value)).n) {
		if (!bare_jid(jid))
			return "has something else behind the user than JIDs "
			       "without resource";
		jids++;
	}
	return jids ? NULL : "has no JID behind the user";
}

const struct value_kind value_address = {"address", check_address};
const struct value_kind value_command = {"command", check_command};
const struct value_kind value_count = {"number", check_count};
const struct value_kind value_domain = {"domain", check_domain};
const struct value_kind value_duration = {"duration", check_duration};
const struct value_kind value_group = {"group", check_group};
const struct value_kind value_http_listener = {"address for HTTP",
    check_http_listener};
const struct value_kind value_label = {"name", check_label};
const struct value_kind value_listener = {"listening address", check_listener};
const struct value_kind value_loopback = {"local address", check_loopback};
const struct value_kind value_network = {"network", check_network};
const struct value_kind value_origin = {"origin", check_origin};
const struct value_kind value_path = {"path", check_path};
const struct value_kind value_reviewer = {"USER JID...", check_reviewer};
const struct value_kind value_server = {"[NAME] URL", check_server};
const struct value_kind value_site = {"http URL", check_site};
const struct value_kind value_size = {"size", check_size};
const struct value_kind value_url = {"URL", check_url};
const struct value_kind value_user = {"user", check_user};
const struct value_kind value_witness = {"URL VKEY", check_witness};
const struct value_kind value_web_url = {"WebSocket URL", check_web_url};
const struct value_kind value_word = {"word", check_word};
const struct value_kind value_words = {"words", check_words};
const struct value_kind value_yesno = {"yes or no", check_yesno};
