/* SPDX-License-Identifier: ISC */
/* The shape of a stanza. */
#include "xml/shape.h"

#include "tap.h"

enum { MAX = 1000 };

static bool same(const char *one, const char *other)
{
	struct stanza s = {0}, t = {0};
	struct buf a = BUF_EMPTY, b = BUF_EMPTY;
	bool good = !stanza_read(&s, span_of(one)) &&
		    !stanza_read(&t, span_of(other)) &&
		    shape_write(&a, &s, MAX) && shape_write(&b, &t, MAX);
	bool is = good && span_same(buf_span(&a), buf_span(&b));

	OK(good, "both are canonical");
	buf_release(&a);
	buf_release(&b);
	stanza_release(&s);
	stanza_release(&t);
	return is;
}

int main(void)
{
	struct stanza s = {0};
	struct buf b = BUF_EMPTY;

	OK(same("<a x=\"1\"><b>text</b></a>", "<a x=\"2\"><b>other</b></a>"),
	    "values and words do not matter");
	OK(!same("<a x=\"1\"/>", "<a y=\"1\"/>"), "names of attributes do");
	OK(!same("<a><b/></a>", "<a><c/></a>"), "names of elements do");
	OK(!same("<a xmlns=\"u\"/>", "<a xmlns=\"v\"/>"), "namespaces do");
	OK(same("<p:a xmlns:p=\"u\"/>", "<a xmlns=\"u\"/>"), "prefixes not");
	OK(!same("<a><b><c/></b></a>", "<a><b/><c/></a>"), "depth does");
	OK(!same("<a><b>x</b>y</a>", "<a><b>x</b></a>"), "text does");
	OK(!same("<a> </a>", "<a>x</a>"), "a blank is no text");
	OK(!same("<a>&#x9; &#xA;&#xD;</a>", "<a>&#x9;x</a>"),
	    "nor is other white space");
	OK(same("<a>&#x9; &#xA;&#xD;</a>", "<a> </a>"), "it is a blank");
	OK(!stanza_read(&s, span_of("<a><b/><b/><b/></a>")) &&
		!shape_write(&b, &s, 4),
	    "a long one is cut off");
	buf_release(&b);
	stanza_release(&s);
	return tap_done();
}
