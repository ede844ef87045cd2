/* SPDX-License-Identifier: ISC */
/* The parser: libxml2's push parser with SAX2 callbacks, and no tree. It is
 * given a stream header once and then element after element. */
#include "xml/xml.h"

#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "xml/canon.h"
#include "xml/stanza.h"
#include "xml/wording.h"

enum {
	FEED_MAX = 1024 * 1024,	      /* bytes given at once */
	PARSER_BYTES_MAX = 1024 * 1024 * 1024, /* bytes one parser counts */
	DICT_NAMES_MAX = 4096,	      /* names a parser may have seen */
	DICT_BYTES_MAX = 1024 * 1024, /* and their bytes */
	PARSERS = 4, /* a client, its server and others declare their
		      * namespaces in different ways */
};

struct parser {
	xmlParserCtxtPtr ctxt; /* NULL: none */
	struct buf open;       /* the stream's start tag that it was given */
	unsigned long fed;     /* bytes before the present element */
	uint64_t used;	       /* when, in elements */
	struct canon canon;    /* with what that tag declared */
};

struct xml {
	struct parser parser[PARSERS];
	struct parser *now;
	uint64_t elements;
	bool inside; /* the stream's start tag was read */

	struct xml_scope *header; /* set while a header is read */
	struct xml_root *root;
	const char *why;
	char text[XML_WORDING];
	size_t fault_at;
};

static void fault(struct xml *x, const char *why)
{
	const xmlParserInput *in = x->now->ctxt->input;

	if (x->why)
		return;
	x->why = why;
	if (in)
		x->fault_at = in->consumed +
		    (unsigned long)(in->cur - in->base) - x->now->fed;
}

static void on_error(void *data, xmlErrorPtr e)
{
	struct xml *x = data;

	if (e->code == XML_ERR_NO_MEMORY)
		mem_exhausted();
	/* A namespace need not be a URI to be one. */
	if (e->level >= XML_ERR_ERROR && e->code != XML_WAR_NS_URI && !x->why)
		fault(x, xml_wording(e->code, e->message, x->text));
}

static void read_header(struct xml *x, const xmlChar *local,
    const xmlChar *prefix, struct canon_spaces s, struct canon_attrs a)
{
	buf_reset(&x->header->open);
	buf_reset(&x->header->lang);
	canon_open_tag(&x->header->open, prefix, local, s);
	for (int i = 0; i < a.count; i++) {
		if (canon_is_lang(&a, i))
			buf_addspan(&x->header->lang, canon_value(&a, i));
	}
}

static void set_root(struct xml *x, const xmlChar *local, const xmlChar *uri,
    struct canon_attrs a)
{
	x->root->local = canon_span(local);
	x->root->ns = canon_span(uri);
	xml_root_attributes(x->root, a.count, a.five);
}

static void on_start(void *data, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int spaces, const xmlChar **ns, int attrs,
    int defaulted, const xmlChar **five)
{
	struct xml *x = data;
	struct canon *c = &x->now->canon;
	struct canon_spaces s = {spaces, ns};
	struct canon_attrs a = {attrs, five};

	(void)defaulted;
	if (x->why)
		return;
	if (x->header) {
		read_header(x, local, prefix, s, a);
		set_root(x, local, uri, a);
	} else if (!x->inside) {
		canon_inherit(c, s);
	} else if (c->done) {
		fault(x, "not one whole element");
	} else {
		if (c->depth == 0)
			set_root(x, local, uri, a);
		else if (c->depth == 1)
			xml_root_child(x->root, canon_span(local),
			    canon_span(uri));
		canon_start(c, local, prefix, uri, s, a);
		if (c->why)
			fault(x, c->why);
	}
	x->inside = true;
}

static void on_end(void *data, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct xml *x = data;
	struct canon *c = &x->now->canon;

	(void)uri;
	if (c->depth)
		canon_end(c, local, prefix);
	else
		fault(x, "end tag does not match");
}

static void on_text(void *data, const xmlChar *text, int len)
{
	struct xml *x = data;
	struct canon *c = &x->now->canon;

	if (len > 0 && c->depth == 0)
		fault(x, "text outside of a stanza");
	else if (len > 0)
		canon_text(c, (struct span){(const char *)text, (size_t)len});
}

/* The scanner lets none through; the parser is not to be fooled either. */
static void on_comment(void *data, const xmlChar *text)
{
	(void)text;
	fault(data, "comment");
}

static void on_instruction(void *data, const xmlChar *target,
    const xmlChar *text)
{
	(void)target;
	(void)text;
	fault(data, "processing instruction");
}

static void on_doctype(void *data, const xmlChar *name,
    const xmlChar *external, const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	fault(data, "document type declaration");
}

static void close_parser(struct parser *p)
{
	xmlFreeParserCtxt(p->ctxt);
	p->ctxt = NULL;
	p->used = 0;
	buf_reset(&p->open);
}

static void feed(struct xml *x, struct span s)
{
	while (s.n && !x->why) {
		int n = s.n > FEED_MAX ? FEED_MAX : (int)s.n;

		xmlParseChunk(x->now->ctxt, s.p, n, 0);
		s.p += n;
		s.n -= (size_t)n;
	}
}

/* In the place of the one that was not used for the longest time. */
static void open_parser(struct xml *x, struct span open)
{
	struct parser *p = x->parser;
	xmlSAXHandler sax = {
	    .initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .ignorableWhitespace = on_text,
	    .cdataBlock = on_text,
	    .comment = on_comment,
	    .processingInstruction = on_instruction,
	    .internalSubset = on_doctype,
	    .serror = on_error,
	};

	for (int i = 1; i < PARSERS; i++) {
		if (x->parser[i].used < p->used)
			p = &x->parser[i];
	}
	close_parser(p);
	p->ctxt = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
	if (!p->ctxt)
		mem_exhausted();
	/* There is no DTD to have entities from; without NOENT '&' would
	 * come as "&#38;" in attributes. */
	xmlCtxtUseOptions(p->ctxt,
	    XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOWARNING);
	buf_addspan(&p->open, open);
	p->fed = 0;
	p->canon.depth = 0;
	x->now = p;
	x->inside = false;
	feed(x, open);
	p->fed = open.n;
}

static void begin(struct xml *x, struct xml_root *root)
{
	xml_root_reset(root);
	x->root = root;
	x->why = NULL;
	x->fault_at = 0;
}

/* Its memory grows with each name it has not seen before. */
static bool worn(const struct parser *p)
{
	return xmlDictSize(p->ctxt->dict) > DICT_NAMES_MAX ||
	    xmlDictGetUsage(p->ctxt->dict) > DICT_BYTES_MAX ||
	    p->fed > PARSER_BYTES_MAX;
}

/* Let a parser that has read this start tag be the present one. */
static void choose_parser(struct xml *x, struct span open)
{
	for (int i = 0; i < PARSERS; i++) {
		struct parser *p = &x->parser[i];

		if (!p->ctxt || !span_same(open, buf_span(&p->open)))
			continue;
		if (worn(p)) {
			close_parser(p);
			break;
		}
		x->now = p;
		x->inside = true;
		return;
	}
	open_parser(x, open);
}

/* Place faults in the element, and give up a parser that met one. */
static const char *end(struct xml *x, struct span data)
{
	x->now->fed += data.n;
	if (x->fault_at > data.n)
		x->fault_at = data.n;
	if (x->why)
		close_parser(x->now);
	return x->why;
}

const char *xml_element(struct xml *x, const struct xml_scope *scope,
    struct span data, struct buf *out, struct xml_root *root)
{
	struct span open = scope->open.len ? buf_span(&scope->open)
					   : (struct span){"<x>", 3};
	struct canon *c;

	begin(x, root);
	buf_reset(out);
	x->why = xml_wording_chars(data, &x->fault_at);
	if (x->why)
		return x->why;
	choose_parser(x, open);
	x->now->used = ++x->elements;
	c = &x->now->canon;
	canon_begin(c, out, root, scope);
	feed(x, data);
	if (!x->why && !c->done)
		fault(x, "not one whole element");
	if (!x->why) {
		canon_finish(c);
		if (c->why)
			fault(x, c->why);
	}
	return end(x, data);
}

const char *xml_header(struct xml *x, struct span tag,
    struct xml_scope *scope, struct xml_root *root)
{
	begin(x, root);
	x->why = xml_wording_chars(tag, &x->fault_at);
	if (x->why)
		return x->why;
	x->header = scope;
	open_parser(x, tag);
	x->header = NULL;
	x->now->fed = 0;
	if (!x->why && !x->inside)
		fault(x, "not one whole tag");
	end(x, tag);
	/* The root's name is the parser's own: it stays until the next one. */
	if (!x->why)
		buf_reset(&x->now->open);
	return x->why;
}

struct xml *xml_new(void)
{
	return mem_zalloc(sizeof(struct xml));
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	for (int i = 0; i < PARSERS; i++) {
		close_parser(&x->parser[i]);
		buf_release(&x->parser[i].open);
	}
	free(x);
}

size_t xml_fault_at(const struct xml *x)
{
	return x->fault_at;
}
