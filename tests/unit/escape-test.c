/* SPDX-License-Identifier: ISC */
/* Escaping for the canonical form, and back. */
#include "tap.h"
#include "xml/stanza.h"

static void escaped(const char *in, const char *text, const char *attr)
{
	struct buf b = BUF_EMPTY;

	stanza_escape_text(&b, span_of(in));
	SAME_SPAN(buf_span(&b), text, "escapes text");
	buf_reset(&b);
	stanza_unescape(&b, span_of(text));
	SAME_SPAN(buf_span(&b), in, "  and back");
	buf_reset(&b);
	stanza_escape_attr(&b, span_of(in));
	SAME_SPAN(buf_span(&b), attr, "  and a value");
	buf_reset(&b);
	stanza_unescape(&b, span_of(attr));
	SAME_SPAN(buf_span(&b), in, "  and back");
	buf_release(&b);
}

int main(void)
{
	struct buf b = BUF_EMPTY;

	escaped("plain \xc3\xa9", "plain \xc3\xa9", "plain \xc3\xa9");
	escaped(
	    "a&b<c>d\"e'f", "a&amp;b&lt;c>d\"e'f", "a&amp;b&lt;c>d&quot;e'f");
	escaped("\t\n\r", "&#x9;&#xA;&#xD;", "&#x9;&#xA;&#xD;");
	escaped("]]>]>]]]>>", "]]&gt;]>]]]&gt;>", "]]>]>]]]>>");
	escaped(
	    "&lt;&&amp;", "&amp;lt;&amp;&amp;amp;", "&amp;lt;&amp;&amp;amp;");
	buf_adds(&b, "]");
	stanza_escape_text(&b, span_of("]"));
	stanza_escape_text(&b, span_of(">"));
	SAME_SPAN(buf_span(&b), "]]&gt;", "a text goes on from the buffer");
	buf_reset(&b);
	stanza_unescape(&b, span_of("&&x;&am"));
	SAME_SPAN(buf_span(&b), "&&x;&am", "what is no reference stays");
	buf_release(&b);
	return tap_done();
}
