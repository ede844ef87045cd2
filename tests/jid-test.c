/* SPDX-License-Identifier: ISC */
/* Jabber identifiers: taking apart, and the form that is compared. */
#include "jid.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void splits(const char *jid, const char *local, const char *domain,
    const char *resource)
{
	struct jid j;

	OK(jid_split(&j, span_of(jid)), jid);
	SAME_SPAN(j.local, local, "  localpart");
	SAME_SPAN(j.domain, domain, "  domainpart");
	SAME_SPAN(j.resource, resource, "  resourcepart");
}

static void test_split(void)
{
	struct jid j;

	splits("a@b/c", "a", "b", "c");
	splits("b", NULL, "b", NULL);
	splits("b/c", NULL, "b", "c");
	splits("a@b", "a", "b", NULL);
	splits("b/c@d/e", NULL, "b", "c@d/e");
	splits("a@b@c", "a", "b@c", NULL);
	OK(!jid_split(&j, span_of("")), "refuses the empty one");
	OK(!jid_split(&j, span_of(NULL)), "refuses none at all");
	OK(!jid_split(&j, span_of("@b")), "refuses an empty localpart");
	OK(!jid_split(&j, span_of("a@")), "refuses an empty domainpart");
	OK(!jid_split(&j, span_of("a@/c")), "also before a resource");
	OK(!jid_split(&j, span_of("a@b/")), "refuses an empty resourcepart");
	SAME_SPAN(jid_bare(span_of("a@b/c/d")), "a@b", "the bare one");
	SAME_SPAN(jid_bare(span_of("a@b")), "a@b", "is itself when bare");
	SAME_SPAN(jid_bare(span_of("")), "", "and nothing of nothing");
}

static void prepares(const char *jid, const char *want)
{
	struct buf b = BUF_EMPTY;
	bool ok;

	buf_adds(&b, "x ");
	ok = jid_prepare(&b, span_of(jid));
	OK(ok == (want != NULL), jid);
	OK(ok || b.len == 2, "  appends nothing if it is none");
	buf_consume(&b, 2);
	SAME_SPAN(buf_span(&b), want ? want : "", "  prepared");
	buf_release(&b);
}

static void test_prepare(void)
{
	prepares("Alice@ACME.example/Desk", "alice@acme.example/Desk");
	prepares("ACME.example.", "acme.example");
	prepares("a@b/ x \"y\"", "a@b/ x \"y\"");
	prepares("\xc3\x84nne@b", "\xc3\xa4nne@b");
	prepares("a@B\xc3\x9c"
		 "CHER.example",
	    "a@b\xc3\xbc"
	    "cher.example");
	prepares("a@\xef\xbd\x82.example", "a@b.example"); /* fullwidth */
	prepares("stra\xc3\x9f"
		 "e@b",
	    "strasse@b");
	prepares("a\xc2\xad"
		 "b@c",
	    "ab@c"); /* soft hyphen: nothing */
	prepares("a@b/\xe2\x84\xab", "a@b/\xc3\x85"); /* an Angstrom sign */
}

static void test_bad_parts(void)
{
	prepares("a b@c", NULL);
	prepares("a\"b@c", NULL);
	prepares("a&b@c", NULL);
	prepares("a'b@c", NULL);
	prepares("a:b@c", NULL);
	prepares("a<b@c", NULL);
	prepares("a@b@c", NULL);
	prepares("a@b c", NULL);
	prepares("a@b/c\x01", NULL);
	prepares("a@b/\xe2\x80\xa8", NULL);
	prepares("a@\xef\xbc\xa0"
		 "b",
	    NULL); /* fullwidth @ */
	prepares("a\xff@b", NULL);
	prepares("a@b/\xff", NULL);
	prepares("\xc2\xad@b", NULL); /* of which nothing is left */
	prepares("", NULL);
	prepares("@b", NULL);
}

/* A JID with one part of n bytes, of c or of two bytes each. */
static bool sized(int part, size_t n, const char *c)
{
	struct buf b = BUF_EMPTY, out = BUF_EMPTY;
	size_t len = strlen(c);
	bool ok;

	buf_adds(&b, part == 0 ? "" : part == 1 ? "a@" : "a@b/");
	for (size_t i = 0; i < n / len; i++)
		buf_adds(&b, c);
	if (n % len)
		buf_addc(&b, 'a');
	buf_adds(&b, part == 0 ? "@b/c" : part == 1 ? "/c" : "");
	ok = jid_prepare(&out, buf_span(&b));
	buf_release(&b);
	buf_release(&out);
	return ok;
}

static void test_sizes(void)
{
	static const char *const names[] = {
	    "localpart", "domainpart", "resourcepart"};

	for (int part = 0; part < 3; part++) {
		OK(sized(part, 1023, "a"), names[part]);
		OK(!sized(part, 1024, "a"), "  of 1024 bytes is refused");
		OK(sized(part, 1023, "\xc3\xa4"), "  of 1023 bytes, not ASCII");
		OK(!sized(part, 1024, "\xc3\xa4"), "  of 1024 bytes, refused");
	}
	OK(!sized(0, 1023, "\xc5\x89"), "what grows beyond is refused");
}

static void test_nul(void)
{
	static const char jid[] = "a@b\0c";
	struct buf b = BUF_EMPTY;

	OK(!jid_prepare(&b, (struct span){jid, sizeof(jid) - 1}),
	    "a NUL byte does not end it");
	OK(!jid_prepare(&b, (struct span){"\xc3\xa4\0x@b", 6}),
	    "nor one in a localpart");
	buf_release(&b);
}

static void host(const char *domain, const char *expected)
{
	struct buf b = BUF_EMPTY;
	bool ok = jid_host(&b, span_of(domain));

	OK(ok == (expected != NULL), domain);
	SAME_SPAN(buf_span(&b), expected ? expected : "", "  as a host");
	buf_release(&b);
}

/* For certificates; it comes from clients. */
static void test_host(void)
{
	char text[300];
	struct buf b = BUF_EMPTY;

	host("Acme.Example", "acme.example");
	host("acme.example.", "acme.example");
	host("b\xc3\xbc" "cher.example", "xn--bcher-kva.example");
	host("192.0.2.1", "192.0.2.1");
	host("_x.example", "_x.example");
	host("", NULL);
	host(".", NULL);
	host(".example", NULL);
	host("a..example", NULL);
	host("*.example", NULL);
	host("a b", NULL);
	host("a@b", NULL);
	host("a/b", NULL);
	host("&amp;", NULL);
	OK(!jid_host(&b, (struct span){"a\0b", 3}), "no NUL");
	memset(text, 'a', sizeof(text));
	OK(!jid_host(&b, (struct span){text, sizeof(text)}), "a long label");
	for (size_t i = 3; i < sizeof(text); i += 4)
		text[i] = '.';
	OK(!jid_host(&b, (struct span){text, 256}), "a long name");
	OK(jid_host(&b, (struct span){text, 251}), "one that fits");
	buf_release(&b);
}

int main(void)
{
	test_split();
	test_prepare();
	test_bad_parts();
	test_sizes();
	test_nul();
	test_host();
	return tap_done();
}
