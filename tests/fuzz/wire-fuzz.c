/* SPDX-License-Identifier: ISC */
/* What is judged is what is sent: random elements, in streams that declare
 * this and that, are read by another parser (expat) as they came, in canonical
 * form, and as they go over the wire; it must see the same three times.
 * wire-fuzz COUNT SEED */
#include <expat.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "xml/wire.h"
#include "xml/xml.h"
#include "xmlgen.h"

/* What is between them in a name, an attribute, an event. */
enum { NS_BREAK = '\n', ATTR_BREAK = 1, EVENT_BREAK = 2 };

/* A reading: all that the parser says of what is inside the stream. */
struct reading {
	struct buf says;
	int depth;
	bool text; /* the last that it said */
};

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void on_start(void *arg, const char *name, const char **attrs)
{
	struct reading *r = arg;
	size_t n = 0;

	r->text = false;
	if (r->depth++ == 0)
		return;
	while (attrs[2 * n])
		n++;
	qsort(attrs, n, 2 * sizeof(*attrs), by_name);
	buf_addf(&r->says, "%cstart %s", EVENT_BREAK, name);
	for (size_t i = 0; i < n; i++)
		buf_addf(&r->says, "%c%s=%s", ATTR_BREAK, attrs[2 * i],
		    attrs[2 * i + 1]);
}

static void on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	r->text = false;
	if (--r->depth)
		buf_addf(&r->says, "%cend %s", EVENT_BREAK, name);
}

static void on_text(void *arg, const char *p, int n)
{
	struct reading *r = arg;

	if (!r->text)
		buf_addf(&r->says, "%ctext ", EVENT_BREAK);
	r->text = true;
	buf_add(&r->says, p, (size_t)n);
}

/* False if it is not well-formed. */
static bool take(struct reading *r, const char *header, struct span element)
{
	XML_Parser x = XML_ParserCreateNS("UTF-8", NS_BREAK);
	bool ok;

	if (!x)
		mem_exhausted();
	buf_reset(&r->says);
	r->depth = 0;
	r->text = false;
	XML_SetUserData(x, r);
	XML_SetElementHandler(x, on_start, on_end);
	XML_SetCharacterDataHandler(x, on_text);
	ok = XML_Parse(x, header, (int)strlen(header), 0) &&
	    XML_Parse(x, element.p, (int)element.n, 0) &&
	    XML_Parse(x, WIRE_FOOTER, sizeof(WIRE_FOOTER) - 1, 1);
	XML_ParserFree(x);
	return ok;
}

static const char *const defaults[] = {"", " xmlns=''",
    " xmlns='jabber:client'", " xmlns='jabber:server'", " xmlns='urn:x'"};
static const char *const prefixes[] = {"", " xmlns:a='urn:a'",
    " xmlns:b='jabber:client'", " xmlns:a='jabber:client' xmlns:omemo='u:o'",
    " xmlns:a='jabber:server' xmlns:b='urn:b'"};

static void make_header(struct xmlgen *g, struct buf *b)
{
	buf_reset(b);
	buf_addf(b, "<stream:stream xmlns:stream='" NS_STREAM "'%s%s>",
	    XMLGEN_PICK(g, defaults), XMLGEN_PICK(g, prefixes));
}

struct fuzz {
	struct xmlgen gen;
	struct xml *xml;
	struct xml_scope scope;
	struct xml_root root;
	struct buf header, canon, wire;
	struct reading raw, judged, sent;
	unsigned taken;
};

static bool same(const struct reading *a, const struct reading *b)
{
	return span_same(buf_span(&a->says), buf_span(&b->says));
}

static bool one(struct fuzz *f, uint64_t seed)
{
	static const char none[] =
	    "<stream:stream xmlns:stream='" NS_STREAM "'>";
	static const char stream[] = "<stream:stream xmlns='" NS_CLIENT
				     "' xmlns:stream='" NS_STREAM "'>";
	struct span raw;

	xmlgen_seed(&f->gen, seed);
	make_header(&f->gen, &f->header);
	xmlgen_element(&f->gen);
	raw = (struct span){f->gen.out, f->gen.len};
	if (xml_header(f->xml, buf_span(&f->header), &f->scope, &f->root) ||
	    xml_element(f->xml, &f->scope, raw, &f->canon, &f->root))
		return true;
	buf_reset(&f->wire);
	wire_element(&f->wire, buf_span(&f->canon));
	f->taken++;
	/* A lone CR is one to libxml2, and a line feed to XML 1.0, 2.11: it is
	 * judged and sent as what the first takes it for. */
	return take(&f->raw, buf_str(&f->header), raw) &&
	    take(&f->judged, none, buf_span(&f->canon)) &&
	    take(&f->sent, stream, buf_span(&f->wire)) &&
	    (same(&f->raw, &f->judged) || memchr(raw.p, '\r', raw.n)) &&
	    same(&f->judged, &f->sent);
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	static struct fuzz f;
	int rc = 0;

	f.xml = xml_new();
	for (unsigned long i = 0; i < count && !rc; i++) {
		if (one(&f, seed + i))
			continue;
		printf("seed %lu is read otherwise:\n%s\n%s\n%s\n%s\n",
		    seed + i, buf_str(&f.header), f.gen.out,
		    buf_str(&f.canon), buf_str(&f.wire));
		rc = 1;
	}
	printf("%lu elements, %u of them read three times\n", count, f.taken);
	xml_free(f.xml);
	xml_scope_release(&f.scope);
	xml_root_release(&f.root);
	buf_release(&f.header);
	buf_release(&f.canon);
	buf_release(&f.wire);
	buf_release(&f.raw.says);
	buf_release(&f.judged.says);
	buf_release(&f.sent.says);
	return rc;
}
