/* SPDX-License-Identifier: ISC */
/* Whether a node's listeners make sense together. */
#include <string.h>
#include <strings.h>

#include "io/address.h"
#include "node/conf-sense-internal.h"

bool conf_collide(const char *x, const char *y)
{
	struct address a, b;
	const char *why;
	bool same = false;

	if (!address_parse_listener(&a, x, &why))
		return false;
	if (address_parse_listener(&b, y, &why)) {
		if (a.kind == ADDRESS_TCP && b.kind == ADDRESS_TCP)
			same = strcmp(a.port, "0") != 0 &&
			    strcmp(a.port, b.port) == 0 &&
			    (!a.host || !b.host ||
				strcasecmp(a.host, b.host) == 0);
		address_release(&b);
	}
	address_release(&a);
	return same;
}

/* An empty host is every host, but what is behind the node is on this machine
 * only if it says so. */
static bool is_here(const char *server)
{
	return strstr(server, ":127.") || strstr(server, ":[::1]") ||
	    strstr(server, ":localhost:");
}

static void listeners(const struct conf *c, struct buf *m)
{
	const char *server = conf_get(c, "server"), *a, *b;

	for (size_t n = 0; (a = conf_nth(c, "listen", n, NULL)); n++) {
		struct address addr;
		const char *why;
		bool any = false;

		if (address_parse_listener(&addr, a, &why)) {
			any = !addr.host;
			address_release(&addr);
		}
		if (server && conf_collide(a, server) && (!any || is_here(server)))
			conf_mistake(c, m, "listen", n,
			    "'%s' is where the server is", a);
		for (size_t k = 0; k < n; k++) {
			b = conf_nth(c, "listen", k, NULL);
			if (strcmp(a, b) != 0 && conf_collide(a, b))
				conf_mistake(c, m, "listen", n,
				    "'%s' and '%s' are one place", b, a);
		}
	}
}

/* A listener and the TLS of its clients, which may be a web proxy's. */
static void listen_tls(const struct conf *c, size_t n, const char *listen,
    struct buf *m)
{
	bool certificates = conf_count(c, "certificate") > 0;
	struct address a;
	const char *why;

	if (!address_parse_listener(&a, listen, &why))
		return;
	if (a.tls && (!certificates || conf_is(c, "tls", "none")))
		conf_mistake(c, m, "listen", n, "'%s' needs %s", listen,
		    certificates ? "tls other than none" : "a certificate");
	if (a.web && !a.tls && conf_is(c, "tls", "required") &&
	    !conf_get(c, "accept-proxy"))
		conf_mistake(c, m, "listen", n, "'%s' needs tls other than "
		    "required, or the accept-proxy of who ends it", listen);
	address_release(&a);
}

static bool serves_web(const struct conf *c)
{
	const char *listen, *why;
	struct address a;
	bool web = false;

	for (size_t n = 0; (listen = conf_nth(c, "listen", n, NULL)); n++) {
		if (!address_parse_listener(&a, listen, &why))
			continue;
		web = web || a.web;
		address_release(&a);
	}
	return web;
}

static void web(const struct conf *c, struct buf *m)
{
	static const char *const keys[] = {"web-origin", "web-url"};

	for (size_t i = 0; i < 2 && !serves_web(c); i++) {
		if (conf_get(c, keys[i]))
			conf_mistake(c, m, keys[i], 0,
			    "there is no ws: or wss: to listen on");
	}
}

void conf_sense_listen(const struct conf *c, struct buf *m)
{
	const char *listen;

	listeners(c, m);
	for (size_t n = 0; (listen = conf_nth(c, "listen", n, NULL)); n++)
		listen_tls(c, n, listen, m);
	web(c, m);
}
