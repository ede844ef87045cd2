/* SPDX-License-Identifier: ISC */
/* The kinds of values that say where something is, here or in the network. */
#include <string.h>
#include <strings.h>

#include "base/label.h"
#include "io/address.h"
#include "io/endpoint.h"
#include "node/setting.h"
#include "seal/witnesses.h"
#include "web/answer.h"

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

static const char *check_stream_servers(const struct setting *s,
    const char *value)
{
	const char *host = NULL;

	(void)s;
	if (strncmp(value, "nats://", 7) == 0)
		host = value + 7;
	else if (strncmp(value, "tls://", 6) == 0)
		host = value + 6;
	if (!host)
		return "is neither nats:// nor tls://";
	if (!*host || *host == ',' || strstr(host, ",,") ||
	    host[strlen(host) - 1] == ',')
		return "has no host, or none between two commas";
	return strpbrk(host, " \t/?#") ? "has more than hosts and ports" : NULL;
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

/* Everyone who gets there may ask: that it is more than this machine, or one
 * address, has to be written. */
static const char *check_metrics(const struct setting *s, const char *value)
{
	const char *why = NULL;
	struct address a;

	(void)s;
	if (!address_parse(&a, value, &why))
		return why;
	if (a.kind == ADDRESS_FD || a.tls)
		why = "has to be unix: or tcp:";
	else if (strncmp(value, "tcp::", 5) == 0)
		why = "names no host: 127.0.0.1, or * for any";
	address_release(&a);
	return why;
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

const struct value_kind value_address = {"address", check_address};
const struct value_kind value_http_listener = {"address for HTTP",
    check_http_listener};
const struct value_kind value_listener = {"listening address", check_listener};
const struct value_kind value_loopback = {"local address", check_loopback};
const struct value_kind value_metrics = {"address for numbers",
    check_metrics};
const struct value_kind value_network = {"network", check_network};
const struct value_kind value_origin = {"origin", check_origin};
const struct value_kind value_server = {"[NAME] URL", check_server};
const struct value_kind value_site = {"http URL", check_site};
const struct value_kind value_stream_servers = {"NATS URL",
    check_stream_servers};
const struct value_kind value_url = {"URL", check_url};
const struct value_kind value_web_url = {"WebSocket URL", check_web_url};
const struct value_kind value_witness = {"URL VKEY", check_witness};
