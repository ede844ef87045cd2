/* SPDX-License-Identifier: ISC */
/* The PROXY protocol; section numbers are of its text. */
#include "io/proxyproto.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

enum {
	V2_FIXED = 16,		/* signature, command, family, length */
	V2_INET = 12,
	V2_INET6 = 36,
	V2_UNIX = 216,
	V1_WORDS = 6,
};

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
enum { SIGNATURE = sizeof(signature) - 1 };

/* A port without sign, space or a zero before it. */
static bool parse_port(const char *s, unsigned *port)
{
	size_t len = strlen(s);

	*port = 0;
	if (len == 0 || len > 5 || (len > 1 && *s == '0'))
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		*port = *port * 10 + (unsigned)(*s - '0');
	}
	return *port <= 65535;
}

static bool parse_end(struct endpoint *e, int family, const char *ip,
    const char *port)
{
	unsigned n;
	/* TCP6 may carry a mapped IPv4 address, which is kept as IPv4. */
	bool colon = strchr(ip, ':') != NULL;

	return parse_port(port, &n) && colon == (family == AF_INET6) &&
	    endpoint_from_ip(e, ip, n);
}

/* The words of a version 1 line, single spaces between (section 2.1). */
static bool parse_words(struct proxyproto *pp, char *line)
{
	char *words[V1_WORDS] = {line};
	size_t n = 1;
	int family;

	for (char *s = line; *s && n < V1_WORDS; s++) {
		if (*s == ' ') {
			*s = '\0';
			words[n++] = s + 1;
		}
	}
	if (n < 2)
		return false;
	if (strcmp(words[1], "UNKNOWN") == 0)
		return true;
	if (strcmp(words[1], "TCP4") == 0)
		family = AF_INET;
	else if (strcmp(words[1], "TCP6") == 0)
		family = AF_INET6;
	else
		return false;
	return n == V1_WORDS &&
	    parse_end(&pp->source, family, words[2], words[4]) &&
	    parse_end(&pp->dest, family, words[3], words[5]);
}

static enum proxyproto_found read_v1(struct proxyproto *pp, const char *p,
    size_t n, const char **why)
{
	const char *lf = memchr(p, '\n',
	    n < PROXYPROTO_V1_MAX ? n : PROXYPROTO_V1_MAX);
	char line[PROXYPROTO_V1_MAX + 1];
	size_t len = lf ? (size_t)(lf - p) + 1 : 0;

	if (!lf && n < PROXYPROTO_V1_MAX)
		return PROXYPROTO_MORE;
	if (len < 2 || p[len - 2] != '\r' || memchr(p, '\0', len)) {
		*why = "a PROXY line that does not end";
		return PROXYPROTO_BAD;
	}
	memcpy(line, p, len - 2);
	line[len - 2] = '\0';
	if (!parse_words(pp, line)) {
		*pp = (struct proxyproto){.len = 0};
		*why = "a PROXY line with wrong words";
		return PROXYPROTO_BAD;
	}
	pp->len = len;
	return PROXYPROTO_WHOLE;
}

static struct endpoint inet_end(const unsigned char *ip,
    const unsigned char *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	memcpy(&in.sin_addr, ip, 4);
	memcpy(&in.sin_port, port, 2);
	return endpoint_from((struct sockaddr *)&in, sizeof(in));
}

static struct endpoint inet6_end(const unsigned char *ip,
    const unsigned char *port)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6};

	memcpy(&in.sin6_addr, ip, 16);
	memcpy(&in.sin6_port, port, 2);
	return endpoint_from((struct sockaddr *)&in, sizeof(in));
}

/* The addresses behind the fixed part; what follows them is skipped (section
 * 2.2). False if len is too little for the family. */
static bool read_ends(struct proxyproto *pp, unsigned family,
    const unsigned char *p, size_t len)
{
	switch (family) {
	case 0x11: /* TCP over IPv4 */
		if (len < V2_INET)
			return false;
		pp->source = inet_end(p, p + 8);
		pp->dest = inet_end(p + 4, p + 10);
		return true;
	case 0x21: /* TCP over IPv6 */
		if (len < V2_INET6)
			return false;
		pp->source = inet6_end(p, p + 32);
		pp->dest = inet6_end(p + 16, p + 34);
		return true;
	case 0x31: /* a unix stream: nothing to tell */
		return len >= V2_UNIX;
	case 0x00:
		return true;
	default:
		return false;
	}
}

static enum proxyproto_found read_v2(struct proxyproto *pp,
    const unsigned char *p, size_t n, const char **why)
{
	size_t len;

	*why = "a PROXY header with a wrong version, command or family";
	if (n > 12 && p[12] != 0x20 && p[12] != 0x21)
		return PROXYPROTO_BAD;
	if (n < V2_FIXED)
		return PROXYPROTO_MORE;
	len = (size_t)p[14] << 8 | p[15];
	if (V2_FIXED + len > PROXYPROTO_V2_MAX) {
		*why = "a PROXY header that is too long";
		return PROXYPROTO_BAD;
	}
	if (n < V2_FIXED + len)
		return PROXYPROTO_MORE;
	/* LOCAL: whatever follows is to be ignored. */
	if (p[12] == 0x21 && !read_ends(pp, p[13], p + V2_FIXED, len))
		return PROXYPROTO_BAD;
	pp->len = V2_FIXED + len;
	return PROXYPROTO_WHOLE;
}

enum proxyproto_found proxyproto_read(struct proxyproto *pp, const char *p,
    size_t n, const char **why)
{
	static const char v1[] = "PROXY ";

	*pp = (struct proxyproto){.len = 0};
	if (memcmp(p, v1, n < sizeof(v1) - 1 ? n : sizeof(v1) - 1) == 0)
		return read_v1(pp, p, n, why);
	if (memcmp(p, signature, n < SIGNATURE ? n : SIGNATURE) == 0)
		return read_v2(pp, (const unsigned char *)p, n, why);
	*why = "no PROXY header";
	return PROXYPROTO_BAD;
}

static bool is_ip(const struct endpoint *e)
{
	return endpoint_family(e) == AF_INET || endpoint_family(e) == AF_INET6;
}

static void write_v1(struct buf *b, const struct endpoint *source,
    const struct endpoint *dest, bool six)
{
	const struct endpoint *ends[] = {source, dest};

	buf_adds(b, six ? "PROXY TCP6" : "PROXY TCP4");
	for (int i = 0; i < 2; i++) {
		char ip[ENDPOINT_IP];

		endpoint_ip(ends[i], ip);
		ip[strcspn(ip, "%")] = '\0';
		if (six && endpoint_family(ends[i]) == AF_INET)
			buf_addf(b, " ::ffff:%s", ip);
		else
			buf_addf(b, " %s", ip);
	}
	buf_addf(b, " %u %u\r\n", endpoint_port(source), endpoint_port(dest));
}

static void add_ip(struct buf *b, const struct endpoint *e, bool six)
{
	static const char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

	if (endpoint_family(e) == AF_INET6) {
		buf_add(b, (const char *)&((const struct sockaddr_in6 *)
		    &e->addr)->sin6_addr, 16);
		return;
	}
	if (six)
		buf_add(b, mapped, sizeof(mapped));
	buf_add(b, (const char *)&((const struct sockaddr_in *)
	    &e->addr)->sin_addr, 4);
}

static void add_port(struct buf *b, unsigned port)
{
	buf_addc(b, (char)(port >> 8));
	buf_addc(b, (char)(port & 0xff));
}

static void write_v2(struct buf *b, const struct endpoint *source,
    const struct endpoint *dest, bool six)
{
	buf_add(b, signature, SIGNATURE);
	buf_addc(b, 0x21);
	buf_addc(b, six ? 0x21 : 0x11);
	add_port(b, six ? V2_INET6 : V2_INET);
	add_ip(b, source, six);
	add_ip(b, dest, six);
	add_port(b, endpoint_port(source));
	add_port(b, endpoint_port(dest));
}

void proxyproto_write(struct buf *b, int version,
    const struct endpoint *source, const struct endpoint *dest)
{
	bool six = endpoint_family(source) == AF_INET6 ||
	    endpoint_family(dest) == AF_INET6;

	if (is_ip(source) && is_ip(dest)) {
		if (version == 1)
			write_v1(b, source, dest, six);
		else
			write_v2(b, source, dest, six);
	} else if (version == 1) {
		buf_adds(b, "PROXY UNKNOWN\r\n");
	} else {
		buf_add(b, signature, SIGNATURE);
		buf_add(b, "\x20\0\0\0", 4);
	}
}
