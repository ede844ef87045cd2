/* SPDX-License-Identifier: ISC */
/* Looking around a node: what this machine listens on, beside the node. */
#include <ifaddrs.h>
#include <netinet/in.h>

#include "io/address.h"
#include "io/sockets.h"
#include "node/audit.h"

/* Ports by custom, and what comes through them. */
static const struct {
	unsigned port;
	const char *what;
} known[] = {
    {5222, "clients, past the node"},
    {5223, "clients by direct TLS, past the node"},
    {5269, "other servers: what they send and get is judged only where a "
	   "user of the node has part in it"},
    {5270, "other servers by direct TLS: as 5269"},
    {5275, "components: a component can speak for anyone"},
    {5347, "components: a component can speak for anyone"},
    {8888, "perhaps components (ejabberd): a component can speak for anyone"},
    {1883, "perhaps MQTT (ejabberd): what is said there is not seen"},
    {8883, "perhaps MQTT (ejabberd): what is said there is not seen"},
    {5280, "perhaps BOSH or WebSocket: clients, past the node"},
    {5281, "perhaps BOSH or WebSocket: clients, past the node"},
    {5443, "perhaps BOSH or WebSocket: clients, past the node"},
};

static bool same_place(const struct endpoint *socket,
    const struct endpoint *wanted)
{
	return endpoint_port(socket) == endpoint_port(wanted) &&
	    (sockets_any(wanted) || endpoint_same_host(socket, wanted));
}

static bool listens_at(const char *text, const struct endpoint *socket)
{
	const char *why;
	struct address a;
	bool same = false;

	if (!address_parse_listener(&a, text, &why))
		return false;
	if (address_resolve(&a, &why)) {
		for (size_t i = 0; i < a.count; i++)
			same = same || same_place(socket, &a.ends[i]);
	}
	address_release(&a);
	return same;
}

/* Whether a socket is one of the node's own listeners. */
static bool is_own(const struct conf *c, const struct endpoint *socket)
{
	static const char *const keys[] = {"listen", "upload-listen"};
	bool own = false;

	for (size_t k = 0; k < 2; k++) {
		const char *text;

		for (size_t n = 0; (text = conf_nth(c, keys[k], n, NULL)); n++)
			own = own || listens_at(text, socket);
	}
	return own;
}

/* Whether an address is one of this machine's. */
static bool is_here(const struct endpoint *e)
{
	struct ifaddrs *all = NULL;
	bool here = sockets_loopback(e) || sockets_any(e);

	if (here || getifaddrs(&all) != 0)
		return here;
	for (struct ifaddrs *i = all; i && !here; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		struct endpoint own;

		if (family != AF_INET && family != AF_INET6)
			continue;
		own = endpoint_from(i->ifa_addr, family == AF_INET
			? sizeof(struct sockaddr_in)
			: sizeof(struct sockaddr_in6));
		here = endpoint_same_host(&own, e);
	}
	freeifaddrs(all);
	return here;
}

/* The port of the server where it is on this machine, else 0. */
static unsigned server_port(struct audit *s, const struct conf *c)
{
	const char *server = conf_get(c, "server"), *why;
	struct address a;
	unsigned port = 0;

	if (!server || !address_parse(&a, server, &why))
		return 0;
	if (a.kind == ADDRESS_TCP && address_resolve(&a, &why)) {
		for (size_t i = 0; i < a.count; i++) {
			if (is_here(&a.ends[i]))
				port = endpoint_port(&a.ends[i]);
		}
		if (!port)
			audit_add(s, FINDING_NOTE, "server %s: is on another "
			    "machine: what that listens on cannot be seen "
			    "from here", server);
	}
	address_release(&a);
	return port;
}

static const char *use_of(unsigned port)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].port == port)
			return known[i].what;
	}
	return NULL;
}

static void look(struct audit *s, const struct endpoint *e,
    unsigned server)
{
	const char *use = use_of(endpoint_port(e));
	char text[ENDPOINT_TEXT];

	endpoint_text(e, text);
	if (endpoint_port(e) == server) {
		if (!sockets_loopback(e))
			audit_add(s, FINDING_OPEN, "%s: the server's own "
			    "listener can be reached from other machines, "
			    "past the node", text);
	} else if (use && sockets_loopback(e)) {
		audit_add(s, FINDING_NOTE, "%s: from this machine: %s", text,
		    use);
	} else if (use) {
		audit_add(s, FINDING_OPEN, "%s: %s", text, use);
	}
}

void audit_sockets(struct audit *s, const struct conf *c)
{
	struct sockets all = {NULL, 0};
	unsigned server = server_port(s, c);
	bool ok = sockets_read(&all, "/proc/net/tcp");

	ok = sockets_read(&all, "/proc/net/tcp6") || ok;
	if (!ok)
		audit_add(s, FINDING_NOTE, "what this machine listens on "
		    "cannot be seen: no /proc/net/tcp");
	for (size_t i = 0; i < all.count; i++) {
		if (!is_own(c, &all.at[i]))
			look(s, &all.at[i], server);
	}
	sockets_release(&all);
}
