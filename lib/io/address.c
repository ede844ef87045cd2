/* SPDX-License-Identifier: ISC */
/* Addresses as users write them, and connecting to them. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "io/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	HOST_MAX = 253,
	PORT_MAX = 32,
	NAME_MAX_LEN = 255,
	KEEPALIVE_IDLE = 120, /* seconds */
	KEEPALIVE_INTERVAL = 20,
	KEEPALIVE_COUNT = 4,
};

static const char alnum[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static const struct {
	const char *scheme;
	enum address_kind kind;
	bool tls, web;
} kinds[] = {
    {"unix:", ADDRESS_UNIX, false, false},
    {"tcp:", ADDRESS_TCP, false, false},
    {"tls:", ADDRESS_TCP, true, false},
    {"fd:", ADDRESS_FD, false, false},
    {"tls-fd:", ADDRESS_FD, true, false},
    {"ws:", ADDRESS_TCP, false, true},
    {"wss:", ADDRESS_TCP, true, true},
    {"ws-fd:", ADDRESS_FD, false, true},
    {"wss-fd:", ADDRESS_FD, true, true},
};

static bool made_of(const char *s, size_t len, const char *more)
{
	for (size_t i = 0; i < len; i++) {
		if (!s[i] || (!strchr(alnum, s[i]) && !strchr(more, s[i])))
			return false;
	}
	return true;
}

static bool port_fits(const char *port)
{
	size_t len = strlen(port);

	if (len == 0 || len > PORT_MAX || !made_of(port, len, "-"))
		return false;
	if (strspn(port, "0123456789") < len)
		return *port != '-'; /* a service's name */
	return len <= 5 && strtoul(port, NULL, 10) <= 65535;
}

/* What is left of the port's colon: a host, which may have brackets. */
static bool parse_host(struct address *a, const char *host, size_t len,
    const char **why)
{
	if (len && host[0] == '[') {
		if (len < 3 || host[len - 1] != ']' ||
		    !made_of(host + 1, len - 2, ":.%-_")) {
			*why = "bad IPv6 address in brackets";
			return false;
		}
		a->host = mem_dup(host + 1, len - 2);
		return true;
	}
	if (memchr(host, ':', len)) {
		*why = "an IPv6 address needs brackets";
		return false;
	}
	if (len > HOST_MAX || (!made_of(host, len, ".-_") &&
	    !(len == 1 && host[0] == '*'))) {
		*why = "bad host";
		return false;
	}
	if (len && host[0] != '*')
		a->host = mem_dup(host, len);
	return true;
}

static bool parse_tcp(struct address *a, const char *rest, const char **why)
{
	const char *colon = strrchr(rest, ':');

	if (!colon) {
		*why = "no port (HOST:PORT)";
		return false;
	}
	if (!port_fits(colon + 1)) {
		*why = "bad port";
		return false;
	}
	if (!parse_host(a, rest, (size_t)(colon - rest), why))
		return false;
	a->port = mem_strdup(colon + 1);
	return true;
}

static bool parse_path(struct address *a, const char *rest, const char **why)
{
	size_t len = strlen(rest);

	if (a->kind == ADDRESS_UNIX && len == 0) {
		*why = "no path";
		return false;
	}
	if (a->kind == ADDRESS_UNIX &&
	    len >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		*why = "path is too long for a unix socket";
		return false;
	}
	if (a->kind == ADDRESS_FD &&
	    (len > NAME_MAX_LEN || !made_of(rest, len, "-_.@"))) {
		*why = "bad name of a passed socket";
		return false;
	}
	a->path = mem_strdup(rest);
	return true;
}

/* What is behind the scheme, without a WebSocket's path, which is taken off. */
static bool parse_rest(struct address *a, const char *rest, const char **why)
{
	size_t len = a->web ? strcspn(rest, "/") : strlen(rest);
	char *place = mem_dup(rest, len);
	bool parsed = a->kind == ADDRESS_TCP ? parse_tcp(a, place, why)
					     : parse_path(a, place, why);

	free(place);
	if (parsed && rest[len])
		a->web_path = mem_strdup(rest + len);
	return parsed;
}

static bool parse(struct address *a, const char *text, bool web,
    const char **why)
{
	*a = (struct address){.text = NULL};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i].scheme);

		if (strncmp(text, kinds[i].scheme, len) != 0 ||
		    (kinds[i].web && !web))
			continue;
		a->kind = kinds[i].kind;
		a->tls = kinds[i].tls;
		a->web = kinds[i].web;
		if (!parse_rest(a, text + len, why))
			return false;
		a->text = mem_strdup(text);
		return true;
	}
	*why = web ? "neither unix:PATH, tcp:HOST:PORT, tls:HOST:PORT, "
		     "ws:HOST:PORT nor wss:HOST:PORT"
		   : "neither unix:PATH, tcp:HOST:PORT nor tls:HOST:PORT";
	return false;
}

bool address_parse(struct address *a, const char *text, const char **why)
{
	return parse(a, text, false, why);
}

bool address_parse_listener(struct address *a, const char *text,
    const char **why)
{
	return parse(a, text, true, why);
}

const char *address_scheme(const struct address *a)
{
	if (a->web)
		return a->tls ? "wss:" : "ws:";
	if (a->kind == ADDRESS_UNIX)
		return "unix:";
	return a->tls ? "tls:" : "tcp:";
}

void address_release(struct address *a)
{
	if (!a)
		return;
	free(a->text);
	free(a->host);
	free(a->port);
	free(a->path);
	free(a->web_path);
	free(a->ends);
	*a = (struct address){.text = NULL};
}

static bool known(const struct endpoint *ends, size_t n,
    const struct endpoint *e)
{
	for (size_t i = 0; i < n; i++) {
		if (endpoint_same_host(&ends[i], e))
			return true;
	}
	return false;
}

static bool resolve_unix(struct address *a)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	memcpy(un.sun_path, a->path, strlen(a->path) + 1);
	a->ends = mem_resize(a->ends, 1, sizeof(*a->ends));
	a->ends[0] = endpoint_from((struct sockaddr *)&un, sizeof(un));
	a->count = 1;
	return true;
}

static const char *reason(int rc)
{
	return rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc);
}

bool address_resolve(struct address *a, const char **why)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *list = NULL;
	struct endpoint *ends = NULL;
	size_t n = 0;
	int rc;

	if (a->kind == ADDRESS_UNIX)
		return resolve_unix(a);
	if (a->kind == ADDRESS_FD) {
		*why = "stands for passed sockets, to listen on";
		return false;
	}
	rc = getaddrinfo(a->host, a->port, &hints, &list);
	if (rc == EAI_MEMORY)
		mem_exhausted();
	if (rc != 0) {
		*why = reason(rc);
		return false;
	}
	for (struct addrinfo *i = list; i; i = i->ai_next) {
		struct endpoint e = endpoint_from(i->ai_addr, i->ai_addrlen);

		if (known(ends, n, &e))
			continue;
		ends = mem_resize(ends, n + 1, sizeof(*ends));
		ends[n++] = e;
	}
	freeaddrinfo(list);
	free(a->ends);
	a->ends = ends;
	a->count = n;
	return true;
}

void address_keep(int fd)
{
	static const int idle = KEEPALIVE_IDLE, count = KEEPALIVE_COUNT,
	    interval = KEEPALIVE_INTERVAL, on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

int address_connect(const struct address *a, size_t nth)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const struct sockaddr *to = (struct sockaddr *)&un;
	socklen_t len = sizeof(un);
	int fd, error;

	if (a->kind == ADDRESS_UNIX && nth == 0) {
		memcpy(un.sun_path, a->path, strlen(a->path) + 1);
	} else if (a->kind == ADDRESS_TCP && nth < a->count) {
		to = (const struct sockaddr *)&a->ends[nth].addr;
		len = a->ends[nth].len;
	} else {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd < 0)
		return -1;
	if (a->kind == ADDRESS_TCP)
		address_keep(fd);
	if (connect(fd, to, len) < 0 && errno != EINPROGRESS) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int address_connected(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}
