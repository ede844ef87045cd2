/* SPDX-License-Identifier: ISC */
/* The parser: libxml2's push parser with SAX2 callbacks, and no tree. It is
 * given a stream header once and then element after element. */
#include "xml.h"

#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "canon.h"
#include "mem.h"
#include "stanza.h"
#include "utf8.h"

enum {
	FEED_MAX = 1024 * 1024,	      /* bytes given at once */
	DICT_NAMES_MAX = 4096,	      /* names a parser may have seen */
	DICT_BYTES_MAX = 1024 * 1024, /* and their bytes */
};

struct xml {
	xmlParserCtxtPtr ctxt;
	struct buf open;   /* the stream's start tag that it was given */
	unsigned long fed; /* bytes before the present element */
	bool inside;	   /* the stream's start tag was read */
	struct canon canon;

	struct xml_scope *header; /* set while a header is read */
	struct xml_root *root;
	const char *why;
	char text[128];
	size_t fault_at;
};

static void fault(struct xml *x, const char *why)
{
	const xmlParserInput *in = x->ctxt->input;

	if (x->why)
		return;
	x->why = why;
	if (in)
		x->fault_at = in->consumed +
		    (unsigned long)(in->cur - in->base) - x->fed;
}

/* The words for what libxml2 found; its own where there are none here. */
static const char *wording(struct xml *x, const xmlError *e)
{
	static const struct {
		int code;
		const char *why;
	} words[] = {
	    {XML_NS_ERR_UNDEFINED_NAMESPACE, "undeclared prefix"},
	    {XML_NS_ERR_QNAME, "bad colon in a name"},
	    {XML_NS_ERR_COLON, "bad colon in a name"},
	    {XML_NS_ERR_ATTRIBUTE_REDEFINED, "duplicate attribute"},
	    {XML_NS_ERR_XML_NAMESPACE, "bad namespace declaration"},
	    {XML_NS_ERR_EMPTY, "prefix declared for no namespace"},
	    {XML_ERR_ATTRIBUTE_REDEFINED, "duplicate attribute"},
	    {XML_ERR_TAG_NAME_MISMATCH, "end tag does not match"},
	    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "attribute without a value"},
	    {XML_ERR_ATTRIBUTE_NOT_STARTED, "attribute without quotes"},
	    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "attribute is not ended"},
	    {XML_ERR_SPACE_REQUIRED, "no space between attributes"},
	    {XML_ERR_INVALID_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_HEX_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_DEC_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_CHAR, "reference to no character"},
	    {XML_ERR_MISPLACED_CDATA_END, "']]>' in text"},
	    {XML_ERR_UNDECLARED_ENTITY, "reference to an entity"},
	    {XML_ERR_NAME_REQUIRED, "no name where one belongs"},
	    {XML_ERR_GT_REQUIRED, "tag is not ended"},
	};
	size_t n;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (words[i].code == e->code)
			return words[i].why;
	}
	n = (size_t)snprintf(x->text, sizeof(x->text), "%.100s",
	    e->message ? e->message : "not well-formed");
	while (n && (x->text[n - 1] == '\n' || x->text[n - 1] == ' '))
		x->text[--n] = '\0';
	return x->text;
}

static void on_error(void *data, xmlErrorPtr e)
{
	struct xml *x = data;

	if (e->code == XML_ERR_NO_MEMORY)
		mem_exhausted();
	/* A namespace need not be a URI to be one. */
	if (e->level >= XML_ERR_ERROR && e->code != XML_WAR_NS_URI && !x->why)
		fault(x, wording(x, e));
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
	struct canon_spaces s = {spaces, ns};
	struct canon_attrs a = {attrs, five};

	(void)defaulted;
	if (x->why)
		return;
	if (x->header) {
		read_header(x, local, prefix, s, a);
		set_root(x, local, uri, a);
	} else if (!x->inside) {
		canon_inherit(&x->canon, s);
	} else if (x->canon.done) {
		fault(x, "not one whole element");
	} else {
		if (x->canon.depth == 0)
			set_root(x, local, uri, a);
		else if (x->canon.depth == 1)
			xml_root_child(x->root, canon_span(local),
			    canon_span(uri));
		canon_start(&x->canon, local, prefix, s, a);
		if (x->canon.why)
			fault(x, x->canon.why);
	}
	x->inside = true;
}

static void on_end(void *data, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct xml *x = data;

	(void)uri;
	if (x->canon.depth)
		canon_end(&x->canon, local, prefix);
	else
		fault(x, "end tag does not match");
}

static void on_text(void *data, const xmlChar *text, int len)
{
	struct xml *x = data;

	if (len > 0 && x->canon.depth == 0)
		fault(x, "text outside of a stanza");
	else if (len > 0)
		canon_text(&x->canon,
		    (struct span){(const char *)text, (size_t)len});
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

static void close_parser(struct xml *x)
{
	xmlFreeParserCtxt(x->ctxt);
	x->ctxt = NULL;
	buf_reset(&x->open);
}

static void feed(struct xml *x, struct span s)
{
	while (s.n && !x->why) {
		int n = s.n > FEED_MAX ? FEED_MAX : (int)s.n;

		xmlParseChunk(x->ctxt, s.p, n, 0);
		s.p += n;
		s.n -= (size_t)n;
	}
}

static void open_parser(struct xml *x, struct span open)
{
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

	close_parser(x);
	x->ctxt = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
	if (!x->ctxt)
		mem_exhausted();
	/* There is no DTD to have entities from; without NOENT '&' would
	 * come as "&#38;" in attributes. */
	xmlCtxtUseOptions(x->ctxt,
	    XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOWARNING);
	buf_addspan(&x->open, open);
	x->inside = false;
	x->fed = 0;
	feed(x, open);
	x->fed = open.n;
}

static void begin(struct xml *x, struct xml_root *root)
{
	xml_root_reset(root);
	x->root = root;
	x->why = NULL;
	x->fault_at = 0;
}

/* Its memory grows with each name it has not seen before. */
static bool worn(const struct xml *x)
{
	return xmlDictSize(x->ctxt->dict) > DICT_NAMES_MAX ||
	    xmlDictGetUsage(x->ctxt->dict) > DICT_BYTES_MAX;
}

/* A NUL, a control character and bad UTF-8 are told apart, with their exact
 * place, before the parser stumbles over them. */
static const char *check_chars(struct xml *x, struct span data)
{
	size_t at = utf8_xml(data.p, data.n);

	if (at == data.n)
		return NULL;
	x->fault_at = at;
	if (data.p[at] == '\0')
		return "NUL";
	if ((unsigned char)data.p[at] < 0x20)
		return "control character";
	return utf8_char(data.p + at, data.n - at) ? "no XML character"
						   : "not UTF-8";
}

/* Place faults in the element, and give up a parser that met one. */
static const char *end(struct xml *x, struct span data)
{
	x->fed += data.n;
	if (x->fault_at > data.n)
		x->fault_at = data.n;
	if (x->why)
		close_parser(x);
	return x->why;
}

const char *xml_element(struct xml *x, const struct xml_scope *scope,
    struct span data, struct buf *out, struct xml_root *root)
{
	struct span open = scope->open.len ? buf_span(&scope->open)
					   : (struct span){"<x>", 3};

	begin(x, root);
	buf_reset(out);
	canon_begin(&x->canon, out, root, buf_span(&scope->lang));
	x->why = check_chars(x, data);
	if (x->why)
		return x->why;
	if (!x->ctxt || !span_same(open, buf_span(&x->open)) || worn(x))
		open_parser(x, open);
	feed(x, data);
	if (!x->why && !x->canon.done)
		fault(x, "not one whole element");
	if (!x->why) {
		canon_finish(&x->canon);
		if (x->canon.why)
			fault(x, x->canon.why);
	}
	return end(x, data);
}

const char *xml_header(struct xml *x, struct span tag,
    struct xml_scope *scope, struct xml_root *root)
{
	begin(x, root);
	x->why = check_chars(x, tag);
	if (x->why)
		return x->why;
	x->header = scope;
	open_parser(x, tag);
	x->header = NULL;
	x->fed = 0;
	if (!x->why && !x->inside)
		fault(x, "not one whole tag");
	end(x, tag);
	/* The root's name is the parser's own. */
	if (!x->why)
		buf_reset(&x->open);
	return x->why;
}

void xml_scope_client(struct xml_scope *s)
{
	buf_reset(&s->open);
	buf_reset(&s->lang);
	buf_adds(&s->open, "<stream:stream xmlns=\"jabber:client\" "
			   "xmlns:stream=\"http://etherx.jabber.org/streams\">");
}

void xml_scope_release(struct xml_scope *s)
{
	if (!s)
		return;
	buf_release(&s->open);
	buf_release(&s->lang);
}

struct xml *xml_new(void)
{
	return mem_zalloc(sizeof(struct xml));
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	close_parser(x);
	buf_release(&x->open);
	free(x);
}

size_t xml_fault_at(const struct xml *x)
{
	return x->fault_at;
}
