/* SPDX-License-Identifier: ISC */
/* What web proxies say of their clients. */
#include "web/forwarded.h"

#include <stdlib.h>
#include <string.h>

enum { NODE_MAX = 63, PORT_MAX = 65535 };

/* The values of a list over all fields of that name, the last ones. */
struct hops {
	struct span hop[FORWARDED_MAX];
	size_t count;
};

static void gather(struct hops *h, const struct request *r, const char *name)
{
	struct span list, element;

	h->count = 0;
	for (size_t n = 0; (list = request_get(r, name, n)).p; n++) {
		while ((element = request_element(&list)).p) {
			if (h->count == FORWARDED_MAX)
				memmove(h->hop, h->hop + 1,
				    --h->count * sizeof(*h->hop));
			h->hop[h->count++] = element;
		}
	}
}

/* RFC 7239 section 4: NAME=VALUE or NAME="VALUE", with ';' between them. */
static struct span parameter(struct span hop, const char *name)
{
	size_t len = strlen(name);

	while (hop.n) {
		const char *end = memchr(hop.p, ';', hop.n);
		struct span one = {hop.p, end ? (size_t)(end - hop.p) : hop.n};

		hop = end ? (struct span){end + 1, hop.n - one.n - 1}
			  : (struct span){NULL, 0};
		while (one.n && *one.p == ' ')
			one = (struct span){one.p + 1, one.n - 1};
		if (one.n <= len || one.p[len] != '=' ||
		    !request_same((struct span){one.p, len}, span_of(name)))
			continue;
		one = (struct span){one.p + len + 1, one.n - len - 1};
		if (one.n >= 2 && one.p[0] == '"' && one.p[one.n - 1] == '"')
			one = (struct span){one.p + 1, one.n - 2};
		return one;
	}
	return (struct span){NULL, 0};
}

static bool take_port(const char *text, unsigned *port)
{
	size_t len = strlen(text);
	unsigned long n = strtoul(text, NULL, 10);

	*port = (unsigned)n;
	return len && len <= 5 && strspn(text, "0123456789") == len &&
	    n <= PORT_MAX;
}

/* RFC 7239 section 6: an address, IPv6 in brackets, perhaps a port; proxies
 * that know X-Forwarded-For alone leave the brackets out. */
static bool node(struct span s, struct endpoint *e)
{
	char text[NODE_MAX + 1], *ip = text, *colon;
	unsigned port = 0;

	if (!s.n || s.n > NODE_MAX || memchr(s.p, '\0', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	colon = strrchr(text, ':');
	if (text[0] == '[') {
		char *end = strchr(text, ']');

		if (!end || (end[1] && (end[1] != ':' ||
		    !take_port(end + 2, &port))))
			return false;
		*end = '\0';
		ip = text + 1;
	} else if (colon && strchr(text, ':') == colon) {
		*colon = '\0';
		if (!take_port(colon + 1, &port))
			return false;
	}
	return endpoint_from_ip(e, ip, port);
}

static bool holds(const struct network *n, size_t count,
    const struct endpoint *e)
{
	for (size_t i = 0; i < count; i++) {
		if (network_holds(&n[i], e))
			return true;
	}
	return false;
}

void forwarded_read(struct forwarded *f, const struct request *r,
    const struct network *believed, size_t count)
{
	bool standard = request_count(r, "Forwarded") > 0;
	struct span proto = {NULL, 0};
	struct hops h;
	size_t n;

	*f = (struct forwarded){.plain = false};
	if (!standard) {
		gather(&h, r, "X-Forwarded-Proto");
		if (h.count)
			proto = h.hop[h.count - 1];
	}
	gather(&h, r, standard ? "Forwarded" : "X-Forwarded-For");
	if (standard && h.count)
		proto = parameter(h.hop[h.count - 1], "proto");
	f->plain = request_same(proto, span_of("http")) ||
	    request_same(proto, span_of("ws"));
	for (n = h.count; n > 0; n--) {
		struct span who = standard ? parameter(h.hop[n - 1], "for")
					   : h.hop[n - 1];
		struct endpoint e;

		if (!node(who, &e))
			return;
		f->client = e;
		if (!holds(believed, count, &e))
			return;
	}
}
