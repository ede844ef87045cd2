/* SPDX-License-Identifier: ISC */
/* The reader of the canonical form: what it takes and what it refuses. */
#include "xml/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void takes(const char *xml)
{
	struct stanza s = {0};
	const char *why = stanza_read(&s, span_of(xml));

	SAME(why, NULL, xml);
	OK(!why && s.node[0].raw.n == strlen(xml), "  wholly");
	stanza_release(&s);
}

static void refuses(const char *xml, size_t at, const char *reason)
{
	struct stanza s = {0};
	const char *why = stanza_read(&s, span_of(xml));

	SAME(why, reason, reason);
	if (!OK(s.fault == at, "  at the right place"))
		printf("# got: %zu\n", s.fault);
	OK(s.nodes == 0 && s.attrs == 0, "  and leaves no tree");
	stanza_release(&s);
}

static void test_elements(void)
{
	takes("<a/>");
	takes("<a>x</a>");
	takes("<a><b/>x<b/><c>y</c></a>");
	takes("<a b=\"\" c=\"1\"/>");
	takes("<_.-1/>");
	takes("<\xe6\x97\xa5:\xc3\xa9 xmlns:\xe6\x97\xa5=\"u\"/>");
	takes("<xa:b xmlns:xa=\"u\" xa:b=\"1\" b=\"2\"/>");
	takes("<xml:a xml:lang=\"de\"/>");
	refuses("", 0, "is cut off");
	refuses("x<a/>", 0, "does not begin with an element");
	refuses(" <a/>", 0, "does not begin with an element");
	refuses("<a/> ", 4, "goes on after its element");
	refuses("<a/><b/>", 4, "goes on after its element");
	refuses("<a></a>", 3, "has an empty element with two tags");
	refuses("<a>x</b>", 4, "has tags that do not match");
	refuses("<a>x</ab>", 4, "has tags that do not match");
	refuses("<ab>x</a>", 5, "is cut off");
	refuses("<ab>x</a></ab>", 5, "has tags that do not match");
	refuses("<a>x</a >", 4, "has tags that do not match");
	refuses("</a>", 1, "has something where a name belongs");
	refuses("<1/>", 1, "has something where a name belongs");
	refuses("<-a/>", 1, "has something where a name belongs");
	refuses("<\xcc\x81/>", 1, "has something where a name belongs");
	refuses("<a\xc3\x97/>", 2, "has something odd in a tag");
	refuses("<a >x</a>", 3, "has something where a name belongs");
	refuses("<a />", 3, "has something where a name belongs");
	refuses("<a  b=\"\"/>", 3, "has something where a name belongs");
	refuses("<a\tb=\"\"/>", 2, "has something odd in a tag");
	refuses("<a / >", 3, "has something where a name belongs");
	refuses("<!-- -->", 1, "has something where a name belongs");
	refuses("<?xml version=\"1.0\"?><a/>", 1,
	    "has something where a name belongs");
	refuses("<a><!--x--></a>", 4, "has something where a name belongs");
	refuses(
	    "<a><![CDATA[x]]></a>", 4, "has something where a name belongs");
}

static void test_attributes(void)
{
	takes("<a b=\"'>/&quot;&amp;&lt;&#x9;&#xA;&#xD;\"/>");
	refuses("<a b='1'/>", 4, "has an attribute without =\"\"");
	refuses("<a b =\"1\"/>", 4, "has an attribute without =\"\"");
	refuses("<a b/>", 4, "has an attribute without =\"\"");
	refuses("<a b=\"1\"c=\"2\"/>", 8, "has something odd in a tag");
	refuses("<a b=\"1\" b=\"2\"/>", 9, "has an attribute twice");
	refuses("<a b=\"<\"/>", 6, "has a '<' in an attribute");
	refuses("<a b=\"&gt;\"/>", 6, "has a reference that is not canonical");
	refuses(
	    "<a b=\"&apos;\"/>", 6, "has a reference that is not canonical");
	refuses("<a b=\"\t\"/>", 6, "has a control character as it is");
	refuses("<a b=\"\n\"/>", 6, "has a control character as it is");
}

static void test_namespaces(void)
{
	takes("<a xmlns=\"\"/>");
	takes("<a xmlns=\"u\"><b xmlns=\"\"><c xmlns=\"u\"/></b></a>");
	takes("<a xmlns:p=\"u\" xmlns=\"v\" p:b=\"\" b=\"\"/>");
	takes("<a xmlns:p=\"u\"><b xmlns:p=\"v\"><p:c/></b><p:c/></a>");
	takes("<a xmlns=\"u\" xmlns:p=\"u\" p:b=\"\" b=\"\"/>");
	refuses("<p:a/>", 1, "has an undeclared prefix");
	refuses("<a p:b=\"\"/>", 3, "has an undeclared prefix");
	refuses(
	    "<a><b xmlns:p=\"u\"/><p:c/></a>", 20, "has an undeclared prefix");
	refuses("<a><b xmlns:p=\"u\">x</b><p:c/></a>", 24,
	    "has an undeclared prefix");
	refuses("<xmlns:a/>", 1, "has an undeclared prefix");
	refuses("<a:/>", 3, "has an empty local name");
	refuses("<:a/>", 1, "has something where a name belongs");
	refuses("<xml:a:b/>", 6, "has something odd in a tag");
	refuses("<a xmlns:p=\"u\" xmlns:q=\"u\" p:b=\"\" q:b=\"\"/>", 34,
	    "has an attribute twice");
	refuses(
	    "<a xmlns:p=\"u\" xmlns:p=\"v\"/>", 21, "declares a prefix twice");
	refuses("<a xmlns=\"u\" xmlns=\"v\"/>", 13, "declares a prefix twice");
	refuses("<a xmlns:p=\"\"/>", 9, "declares a prefix for no namespace");
	refuses("<a xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"/>", 9,
	    "declares a reserved prefix");
	refuses("<a xmlns:xmlns=\"u\"/>", 9, "declares a reserved prefix");
	refuses("<a xmlns:p=\"http://www.w3.org/XML/1998/namespace\"/>", 9,
	    "declares a reserved namespace");
	refuses("<a xmlns=\"http://www.w3.org/2000/xmlns/\"/>", 3,
	    "declares a reserved namespace");
	refuses("<a b=\"\" xmlns=\"u\"/>", 8,
	    "has a declaration after an attribute");
}

static void test_text(void)
{
	takes("<a>&amp;&lt;&#x9;&#xA;&#xD;\"'></a>");
	takes("<a>]]&gt;>]]]&gt;]></a>");
	takes("<a>]]<b/>></a>");
	takes("<a>\x7f\xc2\x85\xef\xbf\xbd\xf4\x8f\xbf\xbf</a>");
	refuses("<a>]]></a>", 5, "has a ]]> that is not escaped");
	refuses("<a>123456]]>78</a>", 11, "has a ]]> that is not escaped");
	refuses("<a>&gt;</a>", 3, "has a reference that is not canonical");
	refuses(
	    "<a>]]<b/>&gt;</a>", 9, "has a reference that is not canonical");
	refuses("<a>&quot;</a>", 3, "has a reference that is not canonical");
	refuses("<a>&#x0A;</a>", 3, "has a reference that is not canonical");
	refuses("<a>&#xa;</a>", 3, "has a reference that is not canonical");
	refuses("<a>&#10;</a>", 3, "has a reference that is not canonical");
	refuses("<a>&#65;</a>", 3, "has a reference that is not canonical");
	refuses("<a>&amp</a>", 3, "has a reference that is not canonical");
	refuses("<a>&</a>", 3, "has a reference that is not canonical");
	refuses("<a>\n</a>", 3, "has a control character as it is");
	refuses("<a>\x01</a>", 3, "has a control character as it is");
	refuses("<a>\xff</a>", 3, "is not UTF-8");
	refuses("<a>\xc0\x80</a>", 3, "is not UTF-8");
	refuses("<a>\xed\xa0\x80</a>", 3, "is not UTF-8");
	refuses("<a>x\xe6\x97", 4, "is not UTF-8");
	refuses("<a>\xef\xbf\xbe</a>", 3, "has a character that XML forbids");
	refuses("<a>x", 4, "is cut off");
}

static void test_nul(void)
{
	static const char *const where[] = {
	    "<a>x@y</a>", "<a b=\"@\"/>", "<a@/>", "<@a/>", "<a/>@"};
	struct stanza s = {0};

	for (size_t i = 0; i < sizeof(where) / sizeof(*where); i++) {
		char *xml = strdup(where[i]);

		*strchr(xml, '@') = '\0';
		OK(stanza_read(&s, (struct span){xml, strlen(where[i])}),
		    "refuses a NUL byte");
		free(xml);
	}
	stanza_release(&s);
}

/* At every place of the eight bytes that are looked at together. */
static void test_controls(void)
{
	struct stanza s = {0};
	bool all = true;

	for (int c = 0; c < 0x20; c++) {
		for (size_t at = 0; at < 27; at++) {
			char text[] = "<a>___________________________</a>";
			char attr[] = "<a b=\"____________________________\"/>";

			text[3 + at] = attr[6 + at] = (char)c;
			all &= stanza_read(
				   &s, (struct span){text, sizeof(text) - 1}) &&
			       s.fault == 3 + at &&
			       stanza_read(
				   &s, (struct span){attr, sizeof(attr) - 1}) &&
			       s.fault == 6 + at;
		}
	}
	OK(all, "refuses each control character at each place");
	stanza_release(&s);
}

/* n times a piece, between two others. */
static char *repeat(
    const char *before, const char *piece, size_t n, const char *after)
{
	struct buf b = BUF_EMPTY;

	buf_adds(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, piece, i);
	buf_adds(&b, after);
	return buf_detach(&b);
}

static void limit(const char *before, const char *piece, size_t max,
    const char *middle, const char *end, const char *why, const char *name)
{
	struct stanza s = {0};

	for (size_t n = max; n <= max + 1; n++) {
		char *closing = repeat(middle, end, *end ? n : 0, "");
		char *xml = repeat(before, piece, n, closing);

		SAME(
		    stanza_read(&s, span_of(xml)), n == max ? NULL : why, name);
		free(xml);
		free(closing);
	}
	stanza_release(&s);
}

static void test_limits(void)
{
	limit("", "<a>", STANZA_DEPTH_MAX, "x", "</a>", "is too deep",
	    "depth at its limit and beyond");
	limit("<a", " a%zu=\"\"", STANZA_ATTRS_MAX, "/>", "",
	    "has too many attributes", "attributes");
	limit("<a", " xmlns:a%zu=\"u\"", STANZA_ATTRS_MAX, "/>", "",
	    "has too many attributes", "declarations of one element");
	limit("",
	    "<a xmlns:a%1$zu=\"u\" xmlns:b%1$zu=\"u\" xmlns:c%1$zu=\"u\" "
	    "xmlns:d%1$zu=\"u\">",
	    STANZA_SCOPES_MAX / 4, "x", "</a>", "declares too many namespaces",
	    "declarations in one another");
	limit("<", "a", STANZA_NAME_MAX, "/>", "", "has too long a name",
	    "a name");
}

/* A stanza at its limits can be put into a review, and no more. */
static void around(const char *begin, const char *piece, const char *end,
    size_t max, const char *why, const char *name)
{
	struct stanza s = {0};

	for (size_t n = max; n <= max + 1; n++) {
		char *closing = repeat("x", end, n, "</r>");
		char *xml = repeat(begin, piece, n, closing);

		SAME(stanza_read(&s, span_of(xml)), n == max ? NULL : why, name);
		free(xml);
		free(closing);
	}
	stanza_release(&s);
}

static void test_around(void)
{
	static const char review[] = "<r xmlns=\"" STANZA_AROUND_NS "\">";

	around(review, "<a>", "</a>", STANZA_DEPTH_MAX, "is too deep",
	    "as deep as it gets");
	around("<r>", "<a>", "</a>", STANZA_DEPTH_MAX - 1, "is too deep",
	    "not in another element");
	around(review,
	    "<a xmlns:a%1$zu=\"u\" xmlns:b%1$zu=\"u\" xmlns:c%1$zu=\"u\" "
	    "xmlns:d%1$zu=\"u\">", "</a>", STANZA_SCOPES_MAX / 4,
	    "declares too many namespaces", "with as many declarations");
}

int main(void)
{
	test_elements();
	test_attributes();
	test_namespaces();
	test_text();
	test_nul();
	test_controls();
	test_limits();
	test_around();
	stanza_release(NULL);
	return tap_done();
}
