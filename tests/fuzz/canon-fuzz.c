/* SPDX-License-Identifier: ISC */
/* Fuzzes the canonical form: canon-fuzz COUNT [SEED]. Of random elements it
 * must not change when it is made again, the reader of xml/stanza.h must
 * take it,
 * an element must mean the same in a stream as alone, and the scanner must
 * frame alike whatever the chunks. Of damaged ones, parser and reader must
 * say the same. Prints what fails and exits 1. */
#include <stdio.h>
#include <stdlib.h>

#include "xml/document.h"
#include "xml/scan.h"
#include "xml/stanza.h"
#include "xmlgen.h"

struct fuzz {
	struct xml *xml;
	struct xmlgen gen;
	struct stanza stanza;
	struct buf first, second, third;
	struct xml_scope scope;
	struct xml_root root;
	unsigned long accepted;
};

static bool failed(const char *what, struct span in, struct span out,
    const char *why)
{
	printf("%s: %s\n in: %.*s\nout: %.*s\n", what, why ? why : "differs",
	    SPAN_ARG(in), SPAN_ARG(out));
	return false;
}

static struct span generated(const struct fuzz *f)
{
	return (struct span){f->gen.out, f->gen.len};
}

static bool stable(struct fuzz *f, struct span in)
{
	size_t at;
	const char *why = xml_canon(f->xml, in, &f->first, &at);
	struct span once = buf_span(&f->first);

	if (why)
		return failed("refused", in, once, why);
	why = stanza_read(&f->stanza, once);
	if (why)
		return failed("not canonical", in, once, why);
	why = xml_canon(f->xml, once, &f->second, &at);
	if (why || !span_same(once, buf_span(&f->second)))
		return failed("not stable", once, buf_span(&f->second), why);
	return true;
}

/* Frame the element with other things around it, in chunks of random size;
 * what is not taken is presented again. */
static bool frames(struct fuzz *f, struct span in)
{
	struct buf stream = BUF_EMPTY;
	struct scan scan;
	size_t from = 0, to = 0, take;
	bool same = false;

	buf_adds(&stream, " \n");
	buf_addspan(&stream, in);
	buf_adds(&stream, "\n<r/>");
	scan_init(&scan, 64 * 1024);
	while (to < stream.len && !same) {
		enum scan_item item;

		to += 1 + xmlgen_below(&f->gen, 40);
		if (to > stream.len)
			to = stream.len;
		item = scan_next(&scan, stream.data + from, to - from, &take);
		from += take;
		if (item == SCAN_MORE)
			continue;
		same = item == SCAN_ELEMENT && span_same(scan.item, in) &&
		    scan.item_at == 2;
		if (!same)
			break;
	}
	scan_release(&scan);
	buf_release(&stream);
	return same || failed("framed wrong", in, in, NULL);
}

/* In a stream that binds all prefixes, and alone once its form is made. */
static bool inherits(struct fuzz *f)
{
	static const char header[] =
	    "<s:stream xmlns:s='http://etherx.jabber.org/streams' "
	    "xmlns:a='urn:1' xmlns='jabber:client' xmlns:b='urn:&amp;2' "
	    "xmlns:p\xc3\xa9='urn:4' xml:lang='de' xmlns:omemo='urn:3'>";
	struct span once;
	const char *why;
	size_t at;

	why = xml_header(f->xml, span_of(header), &f->scope, &f->root);
	if (why)
		return failed("header refused", span_of(header),
		    span_of(header), why);
	f->gen.len = 0;
	f->gen.budget = 8;
	memset(f->gen.bound[0], 1, sizeof(f->gen.bound[0]));
	xmlgen_node(&f->gen, 1);
	why = xml_element(f->xml, &f->scope, generated(f), &f->first,
	    &f->root);
	once = buf_span(&f->first);
	if (why)
		return failed("refused in a stream", generated(f), once, why);
	if (!xml_root_stamp(&f->root, &f->first, span_of("\"a\"@b/<c>")))
		return failed("not stamped", generated(f), once, NULL);
	once = buf_span(&f->first);
	why = stanza_read(&f->stanza, once);
	if (why || !span_is(stanza_get(&f->stanza, 0, "from"),
			"&quot;a&quot;@b/&lt;c>"))
		return failed("not canonical", generated(f), once, why);
	why = xml_canon(f->xml, once, &f->second, &at);
	if (why || !span_same(once, buf_span(&f->second)))
		return failed("not stable", once, buf_span(&f->second), why);
	return true;
}

/* What the reader takes must be what the parser writes, and the other way. */
static bool agrees(struct fuzz *f, struct span canonical)
{
	size_t at, n = xmlgen_damage(&f->gen, canonical.p, canonical.n);
	struct span bad = {f->gen.out, n};
	const char *parser = xml_canon(f->xml, bad, &f->third, &at);
	const char *reader = stanza_read(&f->stanza, bad);
	bool same = !parser && span_same(bad, buf_span(&f->third));

	f->accepted += same;
	if (same != !reader)
		return failed("readers disagree", bad, buf_span(&f->third),
		    reader ? reader : parser);
	if (!parser && at > bad.n)
		return failed("fault is outside", bad, bad, parser);
	return true;
}

static bool round_trip(struct fuzz *f, uint64_t seed)
{
	xmlgen_seed(&f->gen, seed);
	xmlgen_element(&f->gen);
	return stable(f, generated(f)) && frames(f, generated(f)) &&
	    agrees(f, buf_span(&f->first)) && inherits(f);
}

int main(int argc, char **argv)
{
	static struct fuzz f;
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	int rc = 0;

	f.xml = xml_new();
	for (unsigned long i = 0; i < count && !rc; i++) {
		if (!round_trip(&f, seed + i)) {
			printf("seed %lu\n", seed + i);
			rc = 1;
		}
	}
	printf("%lu elements, %lu still canonical after damage\n", count,
	    f.accepted);
	xml_free(f.xml);
	stanza_release(&f.stanza);
	buf_release(&f.first);
	buf_release(&f.second);
	buf_release(&f.third);
	xml_scope_release(&f.scope);
	xml_root_release(&f.root);
	return rc;
}
