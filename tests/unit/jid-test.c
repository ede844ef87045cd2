/* SPDX-License-Identifier: ISC */
/* Jabber identifiers: taking apart, and the form that is compared. */
#include "xml/jid.h"

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

/* One domain, however it is spelt. */
static void test_domains(void)
{
	static const char u[] = "a@b\xc3\xbc" "cher.example";

	prepares("a@xn--bcher-kva.example", u);
	prepares("a@XN--BCHER-KVA.Example.", u);
	prepares("a@b\xc3\xbc" "cher\xe3\x80\x82" "example", u);
	prepares("a@b\xc3\xbc" "cher\xef\xbd\xa1" "example\xef\xbc\x8e", u);
	prepares("a@bu\xcc\x88" "cher.example", u); /* u and a diaeresis */
	prepares("x.xn--p1ai", "x.\xd1\x80\xd1\x84");
	prepares("xn--ls8h.example", "\xf0\x9f\x92\xa9.example");
	prepares("xn--.example", "xn--.example"); /* no A-labels */
	prepares("xn--evil-.example", "xn--evil-.example");
	prepares("xn--99999999.example", "xn--99999999.example");
	prepares("a@[2001:0DB8:0:0:0:0:0:1]/r", "a@[2001:db8::1]/r");
	prepares("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]");
	prepares("[2001:db8::1", "[2001:db8::1");
}

/* Whether two addresses have a form in common. */
static bool meet(const char *x, const char *y)
{
	struct buf b = BUF_EMPTY;
	struct jid_forms f, g;
	bool same = false;

	jid_forms(&f, &b, span_of(x));
	jid_forms(&g, &b, span_of(y));
	for (size_t i = 0; i < f.count; i++) {
		for (size_t k = 0; k < g.count; k++)
			same = same || span_same((struct span){b.data +
				    f.form[i].at, f.form[i].len},
			    (struct span){b.data + g.form[k].at,
				g.form[k].len});
	}
	buf_release(&b);
	return same;
}

static void test_forms(void)
{
	static const char sharp[] = "a@stra\xc3\x9f" "e.example";
	static const char hebrew[] = "anna@corp.example/\xd7\x90" "abc";
	struct buf b = BUF_EMPTY;
	struct jid_forms f;

	OK(meet(sharp, "a@strasse.example"), "a sharp s is two in IDNA2003");
	OK(meet(sharp, "a@xn--strae-oqa.example"), "  itself in IDNA2008");
	OK(!meet("a@strasse.example", "a@xn--strae-oqa.example"),
	    "  and these two are two");
	OK(meet("\xce\xa3@b", "\xcf\x83@b"), "a sigma in either case");
	OK(meet("a@b/\xe2\x84\xab", "a@b/\xc3\x85"),
	    "an Angstrom sign in a resource");
	jid_forms(&f, &b, span_of(hebrew));
	OK(f.count && f.whole, "what Resourceprep refuses, PRECIS takes");
	SAME_SPAN(((struct span){b.data, f.form[0].len}), hebrew, "  as it is");
	buf_reset(&b);
	jid_forms(&f, &b, span_of("Anna@Corp.example/"));
	OK(f.count == 1 && !f.whole, "without a resource behind the slash");
	SAME_SPAN(buf_span(&b), "anna@corp.example/", "  it is the bare JID");
	buf_reset(&b);
	jid_forms(&f, &b, span_of("Anna@Corp.example/a\x01"));
	OK(f.count == 1 && !f.whole, "likewise with a control in it");
	buf_reset(&b);
	jid_forms(&f, &b, span_of("an na@corp.example/x"));
	OK(!f.count && !b.len, "with a blank in its localpart it is none");
	jid_forms(&f, &b, span_of("@corp.example"));
	OK(!f.count && !b.len, "nor with an empty one");
	jid_forms(&f, &b, span_of(""));
	OK(!f.count && !b.len, "nor of nothing");
	buf_release(&b);
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
	test_domains();
	test_forms();
	test_bad_parts();
	test_sizes();
	test_nul();
	test_host();
	return tap_done();
}
