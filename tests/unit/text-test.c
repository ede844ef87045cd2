/* SPDX-License-Identifier: ISC */
/* What a stanza says to people, and putting other words in its place. */
#include "xml/text.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define XHTML "xmlns=\"http://www.w3.org/1999/xhtml\""

/* The texts of a stanza, joined by '|'. */
static void texts_are(const char *xml, const char *want)
{
	struct stanza s = {0};
	struct texts t = {0};
	struct buf b = BUF_EMPTY;

	SAME(stanza_read(&s, span_of(xml)), NULL, xml);
	texts_collect(&t, &s);
	for (size_t i = 0; i < t.count; i++) {
		if (i)
			buf_addc(&b, '|');
		buf_addspan(&b, texts_at(&t, i));
	}
	SAME_SPAN(buf_span(&b), want, "  has these texts");
	buf_release(&b);
	texts_release(&t);
	stanza_release(&s);
}

static void test_collecting(void)
{
	texts_are("<m/>", "");
	texts_are("<m>x</m>", "x");
	texts_are("<m><body>a &lt;&amp;&#xA;b</body><s>c</s></m>", "a <&\nb|c");
	texts_are("<m><e xmlns=\"eu.siacs\">c2VjcmV0</e></m>", "c2VjcmV0");
	texts_are("<m name=\"n\" reason=\"r\"><x name=\"n\" reason=\"r&amp;\" "
		  "nick=\"k\" label=\"l\" title=\"t\" alt=\"a\" desc=\"d\" "
		  "id=\"i\" names=\"no\" xml:lang=\"no\"/></m>",
	    "n|r&|k|l|t|a|d");
	texts_are("<m xmlns:p=\"u\"><x p:name=\"no\" name=\"\"/></m>", "");
	texts_are("<m><a>1<b>2</b></a><c>3</c></m>", "1|2|3");
}

static void test_xhtml(void)
{
	texts_are("<h><b " XHTML ">x</b></h>", "x");
	texts_are("<b " XHTML ">x<i>y</i></b>", "xy");
	texts_are("<p " XHTML ">ev<b>e<i>r</i>y</b>thing</p>", "everything");
	texts_are("<body>ev<b " XHTML ">ery</b>thing</body>", "everything");
	texts_are(
	    "<p " XHTML ">one<br/>two<b><br/>three</b></p>", "one\ntwo\nthree");
	texts_are("<p " XHTML "><br/>one<br/></p>", "one");
	texts_are("<div " XHTML ">one<p>two</p>three</div>", "one\nthree|two");
	texts_are(
	    "<p " XHTML "><a title=\"t\">x</a><img alt=\"i\"/></p>", "x|t|i");
	texts_are("<p " XHTML ">a <span>b</span> c</p>", "a b c");
}

/* As "words:W fixed:F machine:M", each with its texts. */
static void kinds_are(bool sent, const char *xml, const char *want)
{
	static const char *const names[] = {"words:", "fixed:", "machine:"};
	struct stanza s = {0};
	struct texts t = {.sent = sent};
	struct buf b = BUF_EMPTY;

	SAME(stanza_read(&s, span_of(xml)), NULL, xml);
	texts_collect(&t, &s);
	for (size_t i = 0; i < t.count; i++) {
		buf_adds(&b, i ? " " : "");
		buf_adds(&b, names[t.text[i].kind]);
		buf_addspan(&b, texts_at(&t, i));
	}
	SAME_SPAN(buf_span(&b), want, "  has these kinds of text");
	buf_release(&b);
	texts_release(&t);
	stanza_release(&s);
}

#define CLIENT "xmlns=\"jabber:client\""
#define MUC "<x xmlns=\"http://jabber.org/protocol/muc#user\"/>"

static void test_kinds(void)
{
	kinds_are(false, "<message " CLIENT "><thread>t</thread>"
	    "<body>b</body></message>", "machine:t words:b");
	kinds_are(false, "<m><x xmlns=\"urn:a\"><thread>t</thread></x></m>",
	    "words:t");
	kinds_are(false, "<m><file xmlns=\"urn:xmpp:jingle:apps:file-transfer:9"
	    "\"><name>n</name><size>1</size><hash "
	    "xmlns=\"urn:xmpp:hashes:2\">h</hash></file></m>",
	    "words:n machine:1 machine:h");
	kinds_are(false, "<m><x xmlns=\"jabber:x:data\"><field "
	    "var=\"FORM_TYPE\"><value>v</value></field><field "
	    "type=\"hidden\"><value>h</value></field><field var=\"FORM\">"
	    "<value>w</value></field></x></m>",
	    "machine:v machine:h words:w");
	kinds_are(false, "<m><c xmlns=\"urn:xmpp:jingle:1\" name=\"n\"/><c "
	    "name=\"w\" filename=\"f\"/></m>", "machine:n words:w words:f");
}

static void test_links(void)
{
	kinds_are(false, "<m><x xmlns=\"jabber:x:oob\"><url>u</url></x><a "
	    "href=\"h%20x\" src=\"%zz\"/></m>",
	    "fixed:u fixed:h%20x fixed:h x fixed:%zz");
	kinds_are(false, "<m><a href=\"%ff\"/></m>", "fixed:%ff");
}

static void test_nicks(void)
{
	kinds_are(false, "<message " CLIENT " from=\"r@m/n&amp;\" to=\"a@b/c\" "
	    "type=\"groupchat\"/>", "fixed:n&");
	kinds_are(false, "<presence " CLIENT " from=\"r@m/n\" to=\"a@b/c\">"
	    MUC "</presence>", "fixed:n");
	kinds_are(true, "<message " CLIENT " from=\"a@b/c\" to=\"r@m/n/x\">"
	    MUC "</message>", "fixed:n/x");
	kinds_are(true, "<presence " CLIENT " from=\"a@b/c\" to=\"r@m/n\"/>",
	    "fixed:n");
	kinds_are(false, "<presence " CLIENT " from=\"a@b/c\" to=\"d@e/f\"/>",
	    "");
	kinds_are(true, "<message " CLIENT " from=\"a@b/c\" to=\"d@e/f\"/>", "");
	kinds_are(false, "<m><message from=\"r@m/n\" type=\"groupchat\"/></m>",
	    "fixed:n");
}

/* What is said in other ways than as it is. */
static void test_decoded(void)
{
	kinds_are(false, "<m>a\\u0062\\n\\ud83d\\ude00\\ud83dx</m>",
	    "words:a\\u0062\\n\\ud83d\\ude00\\ud83dx "
	    "fixed:ab\n\xf0\x9f\x98\x80\xef\xbf\xbdx");
	kinds_are(false, "<m>\\u0000\\\"</m>",
	    "words:\\u0000\\\" fixed: \"");
	kinds_are(false, "<m>a\\n \\u12 \\</m>", "words:a\\n \\u12 \\");
	kinds_are(false, "<m>mer&#xD;ger</m>", "words:mer\rger fixed:merger");
	kinds_are(false, "<m>mer&#xD;&#xA;ger</m>", "words:mer\r\nger");
	kinds_are(false, "<message " CLIENT "><thread>\\u0061</thread></message>",
	    "machine:\\u0061 machine:a");
}

/* Clients differ in what they show of these, so both readings count. */
static void test_unsure(void)
{
	texts_are("<body>sec<x/>ret</body>", "secret|sec\nret");
	texts_are("<body>sec<b>in</b>ret</body>", "secret|sec\nret|in");
	texts_are("<p " XHTML ">a<img/>b</p>", "ab|a\nb");
	texts_are("<body>a <x/>b</body>", "a b");
	texts_are("<body>a<x/>&#xA;b</body>", "a\nb|a\n\nb");
	texts_are("<body><x/>a<x/></body>", "a");
}

/* Cut every place between '{' and '}' of the texts, and each 'X'. */
static void mark(struct cuts *c, const struct texts *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct span s = texts_at(t, i);
		size_t from = s.n;

		for (size_t j = 0; j < s.n; j++) {
			if (s.p[j] == 'X')
				cuts_add(c, (struct cut){i, j, 1});
			if (s.p[j] == '{')
				from = j;
			if (s.p[j] == '}' && from <= j)
				cuts_add(
				    c, (struct cut){i, from, j + 1 - from});
		}
	}
}

static void replaced(
    const char *xml, const char *with, size_t count, const char *want)
{
	struct stanza s = {0};
	struct texts t = {0};
	struct cuts c = {0};
	struct buf b = BUF_EMPTY;
	size_t n;

	stanza_read(&s, span_of(xml));
	texts_collect(&t, &s);
	mark(&c, &t);
	n = texts_replace(&t, span_of(xml), &c, span_of(with), &b);
	SAME_SPAN(buf_span(&b), want, xml);
	OK(n == count, "  counted right");
	SAME(stanza_read(&s, buf_span(&b)), NULL, "  and canonical");
	buf_release(&b);
	cuts_release(&c);
	texts_release(&t);
	stanza_release(&s);
}

static void test_replacing(void)
{
	replaced("<m>nothing</m>", "-", 0, "<m>nothing</m>");
	replaced("<m><a>x {y} z</a><b>X</b></m>", "[-]", 2,
	    "<m><a>x [-] z</a><b>[-]</b></m>");
	replaced("<m a=\"X\"><b nick=\"1X&quot;\">X</b></m>", "\"<", 2,
	    "<m a=\"X\"><b nick=\"1&quot;&lt;&quot;\">\"&lt;</b></m>");
	replaced("<m><a>&amp;X&lt;XX&#xA;</a></m>", "", 3,
	    "<m><a>&amp;&lt;&#xA;</a></m>");
	replaced("<m><a>XX</a></m>", "&", 2, "<m><a>&amp;&amp;</a></m>");
	replaced("<m><a>{one X two}</a></m>", "-", 1, "<m><a>-</a></m>");
}

/* What is taken out or put in changes what is around it. */
static void test_canonical(void)
{
	replaced("<m>]X]X></m>", "", 2, "<m>]]&gt;</m>");
	replaced("<m>]]X></m>", "", 1, "<m>]]&gt;</m>");
	replaced("<m>]]&gt;X</m>", "]]>", 1, "<m>]]&gt;]]&gt;</m>");
	replaced("<m>{]]&gt;}></m>", "", 1, "<m>></m>");
	replaced("<m><a>X</a><b k=\"1\">{x}</b></m>", "", 2,
	    "<m><a/><b k=\"1\"/></m>");
	replaced("<m>X<a/>X</m>", "", 2, "<m><a/></m>");
	replaced("<m><a nick=\"X\">X</a></m>", "", 2, "<m><a nick=\"\"/></m>");
	replaced("<m>X</m>", "", 1, "<m/>");
}

static void test_pieces(void)
{
	replaced("<p " XHTML ">{ev<b>ery</b>thing} x</p>", "-", 1,
	    "<p " XHTML ">-<b/> x</p>");
	replaced("<p " XHTML ">e{v<b>e<i>r}</i>y</b>X</p>", "-", 2,
	    "<p " XHTML ">e-<b><i/>y</b>-</p>");
	replaced(
	    "<p " XHTML ">a{<br/>}b</p>", "-", 1, "<p " XHTML ">a-<br/>b</p>");
	replaced("<body>a{<x>X</x>}b X c<x/>{d}</body>", "-", 4,
	    "<body>a-<x>-</x>b - c<x/>-</body>");
}

static void test_overlap(void)
{
	static const char xml[] = "<m>0123456789</m>";
	static const struct cut cut[] = {
	    {0, 6, 2}, {0, 1, 3}, {0, 4, 0}, {0, 2, 3}, {0, 7, 2}, {0, 5, 1}};
	struct stanza s = {0};
	struct texts t = {0};
	struct cuts c = {0};
	struct buf b = BUF_EMPTY;

	stanza_read(&s, span_of(xml));
	texts_collect(&t, &s);
	for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++)
		cuts_add(&c, cut[i]);
	OK(texts_replace(&t, span_of(xml), &c, span_of("-"), &b) == 3,
	    "overlapping cuts are one, touching ones are not");
	SAME_SPAN(buf_span(&b), "<m>0---9</m>", "in any order");
	buf_release(&b);
	cuts_release(&c);
	texts_release(&t);
	stanza_release(&s);
}

/* "secret" in the joined reading, "ret" in the split one. */
static void test_two_readings(void)
{
	static const char xml[] = "<m>sec<x/>ret</m>";
	struct stanza s = {0};
	struct texts t = {0};
	struct cuts c = {0};
	struct buf b = BUF_EMPTY;

	stanza_read(&s, span_of(xml));
	texts_collect(&t, &s);
	cuts_add(&c, (struct cut){0, 0, 6});
	cuts_add(&c, (struct cut){1, 4, 3});
	OK(texts_replace(&t, span_of(xml), &c, span_of("-"), &b) == 2,
	    "what both readings cut is cut once");
	SAME_SPAN(buf_span(&b), "<m>-<x/>-</m>", "in both places");
	buf_release(&b);
	cuts_release(&c);
	texts_release(&t);
	stanza_release(&s);
}

int main(void)
{
	test_collecting();
	test_xhtml();
	test_kinds();
	test_links();
	test_nicks();
	test_decoded();
	test_unsure();
	test_replacing();
	test_canonical();
	test_pieces();
	test_overlap();
	test_two_readings();
	texts_release(NULL);
	cuts_release(NULL);
	return tap_done();
}
