/* SPDX-License-Identifier: ISC */
/* The tree that the reader of the canonical form makes. */
#include "xml/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static const char sample[] =
    "<message xmlns=\"jabber:client\" to=\"b@x\" xml:lang=\"en\">"
    "<body>a &lt; b&#xA;<x/>c</body><body xml:lang=\"de\">d</body>"
    "<p:e xmlns:p=\"u&amp;v\" p:k=\"1\" k=\"2\"/></message>";

/* In memory of its own size, so that a sanitizer sees reading beyond it. */
static void test_prefixes(void)
{
	struct stanza s = {0};
	bool all = true;

	for (size_t n = 0; n < sizeof(sample) - 1; n++) {
		char *cut = malloc(n + 1);

		memcpy(cut, sample, n);
		all &= stanza_read(&s, (struct span){cut, n}) != NULL;
		free(cut);
	}
	OK(all, "refuses a stanza that is cut off anywhere");
	stanza_release(&s);
}

static void test_tree(void)
{
	struct stanza s = {0};
	struct buf b = BUF_EMPTY;
	uint32_t body, e;

	SAME(stanza_read(&s, span_of(sample)), NULL, "reads the sample");
	OK(stanza_is(&s, 0, "jabber:client", "message"), "knows the root");
	OK(!stanza_is(&s, 0, "jabber:server", "message"), "and its namespace");
	OK(stanza_is_stanza(&s), "is a stanza");
	SAME_SPAN(stanza_get(&s, 0, "to"), "b@x", "has an attribute");
	SAME_SPAN(stanza_get(&s, 0, "xml:lang"), "en", "has a language");
	SAME_SPAN(stanza_get(&s, 0, "lang"), NULL, "which is not 'lang'");
	SAME_SPAN(stanza_get(&s, 0, "xmlns"), NULL, "nor is xmlns there");
	body = stanza_child(&s, 0, NULL, "body");
	SAME_SPAN(s.node[body].raw, "<body>a &lt; b&#xA;<x/>c</body>",
	    "an element is all of its bytes");
	stanza_text(&s, body, &b);
	SAME_SPAN(buf_span(&b), "a < b\nc", "its text is unescaped");
	buf_reset(&b);
	stanza_text(&s, 0, &b);
	SAME_SPAN(buf_span(&b), "a < b\ncd", "and that of all inside");
	buf_reset(&b);
	stanza_text(&s, s.node[body].child, &b);
	SAME_SPAN(buf_span(&b), "a < b\n", "and not of what follows");
	body = s.node[body].next;
	SAME_SPAN(stanza_get(&s, body, "xml:lang"), "de", "a second body");
	e = stanza_child(&s, 0, "u&amp;v", "e");
	OK(e != STANZA_NONE && s.node[e].parent == 0, "a prefixed child");
	SAME_SPAN(s.node[e].name, "p:e", "has its name as written");
	OK(s.node[e].attrs == 2, "declarations are no attributes");
	SAME_SPAN(stanza_get(&s, e, "k"), "2", "k is not p:k");
	SAME_SPAN(s.attr[s.node[e].attr].ns, "u&amp;v", "p:k has a namespace");
	OK(stanza_child(&s, 0, "v", "e") == STANZA_NONE, "no other child");
	OK(s.node[e].next == STANZA_NONE, "the last has none after it");
	SAME(stanza_read(&s, span_of("<iq/>")), NULL, "reads another");
	OK(s.nodes == 1 && !stanza_is_stanza(&s), "which is no stanza");
	stanza_release(&s);
	OK(!stanza_is_stanza(&s), "an empty one is no stanza");
	buf_release(&b);
}

int main(void)
{
	test_prefixes();
	test_tree();
	stanza_release(NULL);
	return tap_done();
}
