/* SPDX-License-Identifier: ISC */
/* One end of a connection. */
#define _GNU_SOURCE /* struct ucred */
#include "io/endpoint.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const struct sockaddr_in *in4(const struct endpoint *e)
{
	return (const struct sockaddr_in *)&e->addr;
}

static const struct sockaddr_in6 *in6(const struct endpoint *e)
{
	return (const struct sockaddr_in6 *)&e->addr;
}

/* An IPv4 address inside an IPv6 one is the IPv4 address. */
static void unmap(struct endpoint *e)
{
	struct sockaddr_in6 six = *in6(e);
	struct sockaddr_in *four = (struct sockaddr_in *)&e->addr;

	if (!IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
		return;
	memset(&e->addr, 0, sizeof(e->addr));
	four->sin_family = AF_INET;
	four->sin_port = six.sin6_port;
	memcpy(&four->sin_addr, six.sin6_addr.s6_addr + 12, 4);
	e->len = sizeof(*four);
}

struct endpoint endpoint_from(const struct sockaddr *addr, socklen_t len)
{
	struct endpoint e = {.len = 0};

	if (len < sizeof(addr->sa_family) || len > sizeof(e.addr))
		return e;
	memcpy(&e.addr, addr, len);
	e.len = len;
	if (e.addr.ss_family == AF_INET6 && len >= sizeof(struct sockaddr_in6))
		unmap(&e);
	return e;
}

static struct endpoint ask(int fd,
    int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage addr = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(addr);

	if (name(fd, (struct sockaddr *)&addr, &len) < 0)
		len = 0;
	return endpoint_from((struct sockaddr *)&addr, len);
}

struct endpoint endpoint_of_peer(int fd)
{
	return ask(fd, getpeername);
}

struct endpoint endpoint_of_socket(int fd)
{
	return ask(fd, getsockname);
}

bool endpoint_from_ip(struct endpoint *e, const char *ip, unsigned port)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	*e = (struct endpoint){.len = 0};
	four.sin_port = six.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, ip, &four.sin_addr) == 1)
		*e = endpoint_from((struct sockaddr *)&four, sizeof(four));
	else if (inet_pton(AF_INET6, ip, &six.sin6_addr) == 1)
		*e = endpoint_from((struct sockaddr *)&six, sizeof(six));
	return e->len > 0;
}

int endpoint_family(const struct endpoint *e)
{
	return e->len ? e->addr.ss_family : AF_UNSPEC;
}

unsigned endpoint_port(const struct endpoint *e)
{
	switch (endpoint_family(e)) {
	case AF_INET:
		return ntohs(in4(e)->sin_port);
	case AF_INET6:
		return ntohs(in6(e)->sin6_port);
	default:
		return 0;
	}
}

void endpoint_ip(const struct endpoint *e, char out[ENDPOINT_IP])
{
	size_t n;

	out[0] = '\0';
	if (endpoint_family(e) == AF_INET)
		inet_ntop(AF_INET, &in4(e)->sin_addr, out, ENDPOINT_IP);
	if (endpoint_family(e) != AF_INET6)
		return;
	inet_ntop(AF_INET6, &in6(e)->sin6_addr, out, ENDPOINT_IP);
	n = strlen(out);
	/* Only link-local addresses have a scope; they are short. */
	if (in6(e)->sin6_scope_id)
		snprintf(out + n, ENDPOINT_IP - n, "%%%u",
		    (unsigned)in6(e)->sin6_scope_id);
}

void endpoint_network(const struct endpoint *e, char out[ENDPOINT_IP])
{
	struct endpoint net = *e;

	if (endpoint_family(e) != AF_INET6) {
		endpoint_ip(e, out);
		return;
	}
	memset(((struct sockaddr_in6 *)&net.addr)->sin6_addr.s6_addr + 8, 0, 8);
	endpoint_ip(&net, out);
	strcat(out, "/64");
}

static void unix_text(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&e->addr;
	size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t max = e->len > head ? e->len - head : 0;

	if (max == 0 || un->sun_path[0] == '\0')
		snprintf(out, ENDPOINT_TEXT, "unix");
	else
		snprintf(out, ENDPOINT_TEXT, "unix:%.*s",
		    (int)strnlen(un->sun_path, max), un->sun_path);
}

void endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
	char ip[ENDPOINT_IP];

	endpoint_ip(e, ip);
	switch (endpoint_family(e)) {
	case AF_INET:
		snprintf(out, ENDPOINT_TEXT, "%s:%u", ip, endpoint_port(e));
		break;
	case AF_INET6:
		snprintf(out, ENDPOINT_TEXT, "[%s]:%u", ip, endpoint_port(e));
		break;
	case AF_UNIX:
		unix_text(e, out);
		break;
	default:
		snprintf(out, ENDPOINT_TEXT, "unknown");
	}
}

/* The bytes of an IP address; their number, 0 for another kind. */
static size_t ip_bytes(const struct endpoint *e, const unsigned char **p)
{
	switch (endpoint_family(e)) {
	case AF_INET:
		*p = (const unsigned char *)&in4(e)->sin_addr;
		return 4;
	case AF_INET6:
		*p = in6(e)->sin6_addr.s6_addr;
		return 16;
	default:
		*p = (const unsigned char *)"";
		return 0;
	}
}

static bool same_bits(const unsigned char *a, const unsigned char *b,
    unsigned bits)
{
	unsigned rest = bits % 8;
	unsigned mask = 0xff00U >> rest & 0xff;

	if (bits >= 8 && memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	const unsigned char *p, *q;
	size_t n = ip_bytes(a, &p);

	if (endpoint_family(a) != endpoint_family(b))
		return false;
	if (n == 0)
		return endpoint_family(a) == AF_UNIX;
	ip_bytes(b, &q);
	return memcmp(p, q, n) == 0 &&
	    (n == 4 || in6(a)->sin6_scope_id == in6(b)->sin6_scope_id);
}

bool endpoint_same_network(const struct endpoint *a, const struct endpoint *b)
{
	if (endpoint_family(a) != AF_INET6 || endpoint_family(b) != AF_INET6)
		return endpoint_same_host(a, b);
	return same_bits(in6(a)->sin6_addr.s6_addr, in6(b)->sin6_addr.s6_addr,
		   64) &&
	    in6(a)->sin6_scope_id == in6(b)->sin6_scope_id;
}

bool endpoint_user(int fd, struct endpoint_user *user)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (endpoint_of_socket(fd).addr.ss_family != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return false;
	*user = (struct endpoint_user){cred.pid, cred.uid, cred.gid};
	return true;
}

/* A decimal number of at most three digits, no more than max. */
static bool number(const char *s, unsigned max, unsigned *n)
{
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > 3 || s[len])
		return false;
	*n = (unsigned)strtoul(s, NULL, 10);
	return *n <= max;
}

bool network_parse(struct network *net, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char ip[ENDPOINT_IP];
	const unsigned char *p;
	unsigned all;

	*net = (struct network){.bits = 0};
	if (strcmp(text, "unix") == 0) {
		net->base.addr.ss_family = AF_UNIX;
		net->base.len = sizeof(net->base.addr.ss_family);
		return true;
	}
	if (len >= sizeof(ip))
		return false;
	memcpy(ip, text, len);
	ip[len] = '\0';
	if (!endpoint_from_ip(&net->base, ip, 0))
		return false;
	all = (unsigned)ip_bytes(&net->base, &p) * 8;
	net->bits = all;
	return !slash || number(slash + 1, all, &net->bits);
}

bool network_holds(const struct network *net, const struct endpoint *e)
{
	const unsigned char *p, *q;

	if (endpoint_family(&net->base) == AF_UNSPEC ||
	    endpoint_family(&net->base) != endpoint_family(e))
		return false;
	if (ip_bytes(&net->base, &p) == 0)
		return true;
	ip_bytes(e, &q);
	return same_bits(p, q, net->bits);
}
