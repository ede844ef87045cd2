/* SPDX-License-Identifier: ISC */
/* Marks of released messages, and stanzas as a component writes them. */
#include "live/mark.h"

#include "tap.h"
#include "xml/wire.h"

#define CLIENT " xmlns=\"jabber:client\""
#define HTML                                                                   \
	"<html xmlns=\"http://jabber.org/protocol/xhtml-im\">"                 \
	"<p a=\"1\" b=\"x&#x9;y\">one<b/>two</p></html>"
#define FORWARDED                                                              \
	"<forwarded xmlns=\"urn:xmpp:forward:0\"><message" CLIENT              \
	" from=\"c@x\"><body>inner</body></message></forwarded>"
#define CHILDREN                                                               \
	"<body xml:lang=\"en\">a &amp; b&#xD;&#xA;c</body>" HTML FORWARDED

static const struct mark mark = {
    .id = {"019aac21-0000-7000-8000-000000000001", 36},
    .try = {"0123456789abcdef", MARK_TRY},
    .by = {"anna", 4},
    .rules = {"outside, \"x\"", 12},
    .from = {"alice@x", 7},
    .to = {"bob@y", 5},
};

static const char message[] = "<message" CLIENT " from=\"alice@x/d\" "
			      "to=\"bob@y\">" CHILDREN "</message>";

/* The mark of that message. */
static void make(struct buf *b)
{
	struct digest *d = digest_new("0123456789abcdef", 16);
	struct stanza s = {0};

	buf_reset(b);
	OK(!stanza_read(&s, span_of(message)), "the message is canonical");
	mark_write(b, d, &s, &mark);
	stanza_release(&s);
	digest_free(d);
}

/* Whether the first mark in a stanza is good under that key. */
static bool good(const char *stanza, const char *key)
{
	struct digest *d = digest_new(key, 16);
	struct stanza s = {0};
	struct buf chars = BUF_EMPTY;
	struct mark m;
	bool is;

	SAME(stanza_read(&s, span_of(stanza)), NULL, "is canonical");
	is = mark_read(&m, d, &s, mark_next(&s, STANZA_NONE), &chars);
	if (is) {
		SAME_SPAN(m.rules, "outside, \"x\"", "its values are read");
		SAME_SPAN(m.to, "bob@y", "to the last");
	}
	stanza_release(&s);
	digest_free(d);
	buf_release(&chars);
	return is;
}

/* With what is around its marked contents. */
static bool around(const char *before, const char *contents,
    const char *behind)
{
	struct buf m = BUF_EMPTY, all = BUF_EMPTY;
	bool is;

	make(&m);
	buf_addf(&all, "<message%s>%s%s%s</message>", before, contents,
	    buf_str(&m), behind);
	is = good(buf_str(&all), "0123456789abcdef");
	buf_release(&m);
	buf_release(&all);
	return is;
}

static void test_servers(void)
{
	OK(around(CLIENT, CHILDREN, ""), "good as it was made");
	OK(around(" xmlns=\"jabber:component:accept\" id=\"1\" to=\"b\"",
	       CHILDREN, ""), "good on another stream, with other attributes");
	OK(around(CLIENT,
	       "<body xml:lang=\"en\">a &amp; b&#xA;c</body>"
	       "<html xmlns=\"http://jabber.org/protocol/xhtml-im\">"
	       "<p b=\"x y\" a=\"1\">one<b/>two</p></html>" FORWARDED, ""),
	    "good with attributes in another order, and white space as read");
	OK(around(CLIENT,
	       "<body xml:lang=\"en\">a &amp; b&#xA;c</body>"
	       "<h:html xmlns:h=\"http://jabber.org/protocol/xhtml-im\">"
	       "<h:p a=\"1\" b=\"x y\">one<h:b/>two</h:p></h:html>" FORWARDED,
	       ""), "good with other prefixes");
	OK(around(CLIENT, FORWARDED HTML
		"<body xml:lang=\"en\">a &amp; b&#xA;c</body>", ""),
	    "good with its elements in another order");
	OK(around(CLIENT, "<body xml:lang=\"en\">a &amp; b&#xA;c</body>", ""),
	    "good with some of it left out");
	OK(around(CLIENT,
	       "<delay xmlns=\"urn:xmpp:delay\" stamp=\"now\"/>" CHILDREN,
	       "<stanza-id xmlns=\"urn:xmpp:sid:0\" by=\"y\" id=\"4\"/>"
	       "<x xmlns=\"http://jabber.org/protocol/muc#user\"/>"),
	    "good with what servers add");
	OK(around(CLIENT,
	       "<delay xmlns=\"urn:xmpp:delay\" stamp=\"now\">Offline Storage"
	       "</delay>" CHILDREN "&#xA; ",
	       "<x xmlns=\"http://jabber.org/protocol/muc#user\">"
	       "<item jid=\"alice@x/d\"/><status code=\"100\"/></x>"),
	    "and as they write it");
}

static void test_smuggled(void)
{
	OK(!around(CLIENT, CHILDREN "words", ""),
	    "bad for words beside its elements");
	OK(!around(CLIENT " type=\"groupchat\"", CHILDREN, ""),
	    "bad as another type of message");
	OK(!around(CLIENT, CHILDREN,
	       "<delay xmlns=\"urn:xmpp:delay\" stamp=\"now\">words</delay>"),
	    "bad for words in a delay");
	OK(!around(CLIENT, CHILDREN,
	       "<delay xmlns=\"urn:xmpp:delay\"><a xmlns=\"u:a\">x</a></delay>"),
	    "or an element");
	OK(!around(CLIENT, CHILDREN,
	       "<stanza-id xmlns=\"urn:xmpp:sid:0\">words</stanza-id>"),
	    "or in an id");
	OK(!around(CLIENT, CHILDREN,
	       "<x xmlns=\"http://jabber.org/protocol/muc#user\">"
	       "<invite to=\"c@x\"><reason>words</reason></invite></x>"),
	    "or in an invitation");
	OK(!around(CLIENT, CHILDREN,
	       "<x xmlns=\"http://jabber.org/protocol/muc#user\">"
	       "<item><reason>words</reason></item></x>"),
	    "or in what a room says of who speaks");
	OK(!around(CLIENT, CHILDREN,
	       "<x xmlns=\"http://jabber.org/protocol/muc#user\">words</x>"),
	    "or beside that");
}

static void test_parts(void)
{
	struct buf m = BUF_EMPTY;
	struct stanza s = {0};

	buf_adds(&m, "<message" CLIENT ">");
	for (int i = 0; i < MARK_PARTS; i++)
		buf_addf(&m, "<a xmlns=\"u:a\" n=\"%d\"/>", i);
	buf_adds(&m, "<delay xmlns=\"urn:xmpp:delay\"/></message>");
	OK(!stanza_read(&s, buf_span(&m)) && mark_fits(&s),
	    "so many elements a mark can cover");
	m.len -= 10;
	buf_adds(&m, "<b xmlns=\"u:a\"/></message>");
	OK(!stanza_read(&s, buf_span(&m)) && !mark_fits(&s), "but not more");
	stanza_release(&s);
	buf_release(&m);
}

static void test_forged(void)
{
	struct buf m = BUF_EMPTY, all = BUF_EMPTY;
	char *by;

	OK(!around(CLIENT, "<body xml:lang=\"en\">a &amp; b&#xA;d</body>" HTML
		FORWARDED, ""), "bad for other words");
	OK(!around(CLIENT, CHILDREN "<subject>s</subject>", ""),
	    "bad for more words");
	OK(!around(CLIENT, CHILDREN, "<x xmlns=\"u:x\">s</x>"),
	    "bad for more words behind it");
	OK(!around(CLIENT, "<body xml:lang=\"en\">a &amp; b&#xA;c</body>"
		"<html xmlns=\"http://jabber.org/protocol/xhtml-im\">"
		"<p a=\"1\" b=\"x y\">two<b/>one</p></html>" FORWARDED, ""),
	    "bad in another order inside");
	OK(!around(CLIENT, "<body>a &amp; b&#xA;c</body>" HTML FORWARDED, ""),
	    "bad without an attribute");
	OK(!good("<message" CLIENT "><body>a</body><released xmlns=\""
		 "urn:cup:review:1\" id=\"1\"/></message>",
	       "0123456789abcdef"), "bad with parts missing");
	make(&m);
	buf_addf(&all, "<message" CLIENT ">" CHILDREN "%s</message>",
	    buf_str(&m));
	OK(!good(buf_str(&all), "1123456789abcdef"), "bad under another key");
	by = strstr(all.data, "by=\"anna\"");
	by[4] = 'e';
	OK(!good(buf_str(&all), "0123456789abcdef"), "bad for another name");
	buf_release(&m);
	buf_release(&all);
}

static void test_strip(void)
{
	struct buf m = BUF_EMPTY, all = BUF_EMPTY, out = BUF_EMPTY;
	struct stanza s = {0};

	make(&m);
	OK(!mark_likely(span_of(message)), "no mark is likely");
	buf_addf(&all, "<message" CLIENT ">%s<body>urn:cup:review:1</body>"
		       "<a xmlns=\"u:a\">x%s<b/>%s</a></message>",
	    buf_str(&m), buf_str(&m), buf_str(&m));
	OK(mark_likely(buf_span(&all)), "one is");
	OK(!stanza_read(&s, buf_span(&all)), "is canonical");
	mark_strip(&out, &s);
	SAME_SPAN(buf_span(&out), "<message" CLIENT "><body>urn:cup:review:1"
				  "</body><a xmlns=\"u:a\">x<b/></a></message>",
	    "all are taken off, wherever they are");
	stanza_release(&s);
	buf_release(&m);
	buf_release(&all);
	buf_release(&out);
}

static void component(const char *stanza, const char *wanted)
{
	struct stanza s = {0};
	struct buf b = BUF_EMPTY;

	SAME(stanza_read(&s, span_of(stanza)), NULL, "is canonical");
	wire_component(&b, &s);
	SAME_SPAN(buf_span(&b), wanted, wanted);
	stanza_release(&s);
	buf_release(&b);
}

static void test_component(void)
{
	component("<message" CLIENT " to=\"a\"><body>x</body></message>",
	    "<message xmlns=\"jabber:component:accept\" to=\"a\"><body>x"
	    "</body></message>");
	component("<message" CLIENT "><body" CLIENT "/><y xmlns=\"u:y\">"
		  "<message" CLIENT "/></y></message>",
	    "<message xmlns=\"jabber:component:accept\"><body xmlns=\""
	    "jabber:component:accept\"/><y xmlns=\"u:y\"><message" CLIENT
	    "/></y></message>");
	component("<c:message xmlns=\"u:x\" xmlns:c=\"jabber:client\" "
		  "a=\"jabber:client\"><c:body>\"jabber:client\"</c:body>"
		  "</c:message>",
	    "<c:message xmlns=\"u:x\" xmlns:c=\"jabber:component:accept\" "
	    "a=\"jabber:client\"><c:body>\"jabber:client\"</c:body>"
	    "</c:message>");
}

int main(void)
{
	test_servers();
	test_forged();
	test_smuggled();
	test_parts();
	test_strip();
	test_component();
	return tap_done();
}
