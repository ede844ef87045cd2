/* SPDX-License-Identifier: ISC */
/* PROXY headers, whole, cut, wrong, and damaged at random. */
#include "io/proxyproto.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"
#include "xmlgen.h"

static const char sig[] = "\r\n\r\n\0\r\nQUIT\n";

/* In memory of exactly that size, so that a sanitizer sees what is read
 * beyond. */
static enum proxyproto_found feed(struct proxyproto *pp, const char *p,
    size_t n, const char **why)
{
	char *copy = malloc(n ? n : 1);
	enum proxyproto_found found;

	if (!copy)
		mem_exhausted();
	memcpy(copy, p, n);
	*why = NULL;
	found = proxyproto_read(pp, copy, n, why);
	free(copy);
	return found;
}

static void takes(const char *p, size_t n, const char *source,
    const char *dest, const char *name)
{
	char text[ENDPOINT_TEXT];
	struct proxyproto pp;
	const char *why;
	bool more = true;

	OK(feed(&pp, p, n, &why) == PROXYPROTO_WHOLE && pp.len <= n, name);
	endpoint_text(&pp.source, text);
	SAME(text, source, "from there");
	endpoint_text(&pp.dest, text);
	SAME(text, dest, "to there");
	for (size_t i = 0; i < pp.len; i++)
		more = more && feed(&(struct proxyproto){.len = 0}, p, i,
		    &why) == PROXYPROTO_MORE;
	OK(more, "any part of it is its begin");
}

static void refuses(const char *p, size_t n, const char *name)
{
	struct proxyproto pp;
	const char *why;

	OK(feed(&pp, p, n, &why) == PROXYPROTO_BAD && why, name);
}

#define TAKES1(line, source, dest)                                             \
	takes(line, strlen(line), source, dest, line)
#define REFUSES1(line) refuses(line, strlen(line), line)

static void version1(void)
{
	char line[200];

	TAKES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 5222\r\nmore",
	    "192.0.2.1:5000", "198.51.100.1:5222");
	TAKES1("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "[2001:db8::1]:0",
	    "[::1]:65535");
	TAKES1("PROXY UNKNOWN\r\n", "unknown", "unknown");
	TAKES1("PROXY UNKNOWN ffff::1 whatever 1 2 3 4\r\n", "unknown",
	    "unknown");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 5222\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000\r\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 65536\r\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 +1\r\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 05\r\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 \r\n");
	REFUSES1("PROXY TCP4 192.0.2.1 198.51.100.1 5000 1 \r\n");
	REFUSES1("PROXY TCP4  192.0.2.1 198.51.100.1 5000 1\r\n");
	REFUSES1("PROXY TCP4 ::1 ::1 1 1\r\n");
	REFUSES1("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n");
	REFUSES1("PROXY TCP4 192.0.2.256 1.1.1.1 1 1\r\n");
	REFUSES1("PROXY TCP9 1.1.1.1 1.1.1.1 1 1\r\n");
	REFUSES1("PROXY \r\n");
	REFUSES1("\n");
	REFUSES1("proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n");
	REFUSES1("PROXI");
	REFUSES1("<stream:stream>");
	REFUSES1("\x16\x03\x01");
	refuses("PROXY UNKNOWN \0\r\n", 17, "a NUL");
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	refuses(line, PROXYPROTO_V1_MAX, "a line without an end");
	memcpy(line + PROXYPROTO_V1_MAX - 2, "\r\n", 2);
	takes(line, PROXYPROTO_V1_MAX, "unknown", "unknown",
	    "the longest line");
	memcpy(line + PROXYPROTO_V1_MAX - 2, "x\r\n", 3);
	refuses(line, PROXYPROTO_V1_MAX + 1, "a byte longer");
}

/* A header with that command, family and length, and the bytes behind. */
static size_t header(char *out, int command, int family, size_t len,
    const char *rest, size_t n)
{
	memcpy(out, sig, 12);
	out[12] = (char)command;
	out[13] = (char)family;
	out[14] = (char)(len >> 8);
	out[15] = (char)len;
	memcpy(out + 16, rest, n);
	return 16 + n;
}

static void version2(void)
{
	static const char four[] = "\xc0\0\2\1\xc6\x33\x64\1\x13\x88\x14\x66";
	char six[36] = {0x20, 1, 0xd, (char)0xb8}, big[4096] = {0};
	char p[8192];
	size_t n;

	six[15] = 1;
	six[31] = 1;
	six[35] = 1;
	n = header(p, 0x21, 0x11, 12, four, 12);
	takes(p, n, "192.0.2.1:5000", "198.51.100.1:5222", "IPv4");
	memcpy(p + n, "more", 4);
	takes(p, n + 4, "192.0.2.1:5000",
	    "198.51.100.1:5222", "IPv4 and more");
	n = header(p, 0x21, 0x21, 36, six, 36);
	takes(p, n, "[2001:db8::1]:0", "[::1]:1", "IPv6");
	memcpy(big, four, 12);
	n = header(p, 0x21, 0x11, 2048, big, 2048);
	takes(p, n, "192.0.2.1:5000", "198.51.100.1:5222", "with options");
	n = header(p, 0x21, 0x11, 2049, big, 2049);
	refuses(p, n, "too long");
	refuses(p, 16, "and that is known at once");
	n = header(p, 0x20, 0, 0, "", 0);
	takes(p, n, "unknown", "unknown", "LOCAL");
	n = header(p, 0x20, 0xff, 3, "abc", 3);
	takes(p, n, "unknown", "unknown", "LOCAL with anything behind");
	n = header(p, 0x21, 0, 0, "", 0);
	takes(p, n, "unknown", "unknown", "unspecified");
	n = header(p, 0x21, 0x31, 216, big, 216);
	takes(p, n, "unknown", "unknown", "a unix socket");
	n = header(p, 0x21, 0x31, 215, big, 215);
	refuses(p, n, "too short for a unix socket");
	n = header(p, 0x21, 0x11, 11, four, 11);
	refuses(p, n, "too short for IPv4");
	n = header(p, 0x21, 0x21, 35, six, 35);
	refuses(p, n, "too short for IPv6");
	n = header(p, 0x21, 0x12, 12, four, 12);
	refuses(p, n, "UDP");
	n = header(p, 0x11, 0x11, 12, four, 12);
	refuses(p, n, "version 1 in binary");
	refuses(p, 13, "and that is known at once");
	n = header(p, 0x22, 0x11, 12, four, 12);
	refuses(p, n, "an unknown command");
	p[3] = 'x';
	refuses(p, 4, "a wrong signature");
}

static void round_trip(int version, const char *from, const char *to,
    const char *source, const char *dest)
{
	struct endpoint a, b;
	struct buf out = BUF_EMPTY;

	endpoint_from_ip(&a, from, 1234);
	endpoint_from_ip(&b, to, 5222);
	proxyproto_write(&out, version, &a, &b);
	takes(out.data, out.len, source, dest, from);
	buf_release(&out);
}

static void writing(void)
{
	struct endpoint e, none = {.len = 0};
	struct buf out = BUF_EMPTY;

	for (int version = 1; version <= 2; version++) {
		round_trip(version, "192.0.2.1", "192.0.2.2",
		    "192.0.2.1:1234", "192.0.2.2:5222");
		round_trip(version, "2001:db8::1", "::1",
		    "[2001:db8::1]:1234", "[::1]:5222");
		round_trip(version, "2001:db8::1", "192.0.2.2",
		    "[2001:db8::1]:1234", "192.0.2.2:5222");
		round_trip(version, "192.0.2.1", "::1", "192.0.2.1:1234",
		    "[::1]:5222");
		endpoint_from_ip(&e, "192.0.2.1", 1);
		buf_reset(&out);
		proxyproto_write(&out, version, &none, &e);
		takes(out.data, out.len, "unknown", "unknown",
		    "from somebody unknown");
	}
	buf_release(&out);
}

/* Whatever is made of a header, nothing beyond it is read, and what is taken
 * is no longer than what is there. */
static void damage(void)
{
	static const char line[] = "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n";
	static const char four[] = "\xc0\0\2\1\xc6\x33\x64\1\x13\x88\x14\x66";
	struct xmlgen g = {.state = 7};
	bool held = true;

	for (int i = 0; i < 200000; i++) {
		char p[128];
		size_t n = i % 2 ? header(p, 0x21, 0x11, 12, four, 12)
		    : sizeof(line) - 1;
		struct proxyproto pp;
		const char *why;

		if (i % 2 == 0)
			memcpy(p, line, n);
		for (unsigned k = xmlgen_below(&g, 4); k; k--)
			p[xmlgen_below(&g, (unsigned)n)] =
			    (char)xmlgen_below(&g, 256);
		n = xmlgen_below(&g, 8) ? n : xmlgen_below(&g, (unsigned)n);
		switch (feed(&pp, p, n, &why)) {
		case PROXYPROTO_WHOLE:
			held = held && pp.len > 0 && pp.len <= n;
			break;
		case PROXYPROTO_BAD:
			held = held && why;
			break;
		default:
			break;
		}
	}
	OK(held, "200,000 damaged headers");
}

int main(void)
{
	version1();
	version2();
	writing();
	damage();
	return tap_done();
}
