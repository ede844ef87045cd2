/* SPDX-License-Identifier: ISC */
/* XPath by libxml2. */
#include "xml/xpath.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "base/mem.h"
#include "xml/xpath-document.h"
#include "xml/xpath-names.h"

struct expression {
	xmlXPathCompExprPtr compiled;
	bool heavy;
};

struct xpath {
	xmlXPathContextPtr context;
	struct expression *expr;
	size_t count;
	xmlParserCtxtPtr parser;
	xmlDocPtr doc; /* NULL: not parsed yet, or it cannot be */
	struct span stanza;
	bool failed;  /* it cannot be parsed */
	size_t nodes; /* elements and attributes; 0: not counted yet */
	char why[256];
};

/* The first error is the one to tell; libxml2 gives no words for it here. */
static void note_error(void *data, xmlErrorPtr error)
{
	static const struct {
		int code;
		const char *words;
	} known[] = {
	    {XML_XPATH_NUMBER_ERROR, "bad number"},
	    {XML_XPATH_UNFINISHED_LITERAL_ERROR, "unfinished literal"},
	    {XML_XPATH_INVALID_PREDICATE_ERROR, "invalid predicate"},
	    {XML_XPATH_UNCLOSED_ERROR, "unclosed bracket"},
	    {XML_XPATH_INVALID_OPERAND, "invalid operand"},
	    {XML_XPATH_INVALID_TYPE, "argument of the wrong type"},
	    {XML_XPATH_INVALID_ARITY, "wrong number of arguments"},
	};
	struct xpath *x = data;
	const char *words = "invalid expression";

	if (error->code == XML_XPATH_MEMORY_ERROR ||
	    error->code == XML_ERR_NO_MEMORY)
		mem_exhausted();
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (error->code == known[i].code)
			words = known[i].words;
	}
	if (x->why[0])
		return;
	if (error->int1 > 0) /* where, while it is compiled */
		snprintf(x->why, sizeof(x->why), "%s at character %d", words,
		    error->int1 + 1);
	else
		snprintf(x->why, sizeof(x->why), "%s", words);
}

struct xpath *xpath_new(void)
{
	struct xpath *x = mem_zalloc(sizeof(*x));

	xmlInitParser();
	x->context = xmlXPathNewContext(NULL);
	if (!x->context || xmlXPathContextSetCache(x->context, 1, -1, 0) != 0)
		mem_exhausted();
	x->context->error = note_error;
	x->context->userData = x;
	x->context->opLimit = XPATH_OPERATIONS;
	return x;
}

void xpath_free(struct xpath *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->count; i++)
		xmlXPathFreeCompExpr(x->expr[i].compiled);
	free(x->expr);
	xmlXPathFreeContext(x->context);
	xmlFreeDoc(x->doc);
	xmlFreeParserCtxt(x->parser);
	free(x);
}

const char *xpath_namespace(
    struct xpath *x, struct span prefix, struct span uri)
{
	char *name = mem_dup(prefix.p, prefix.n);
	char *value = mem_dup(uri.p, uri.n);
	const xmlChar *old = xmlXPathNsLookup(x->context, BAD_CAST name);
	const char *why = NULL;

	if (xmlValidateNCName(BAD_CAST name, 0) != 0)
		why = "is no prefix";
	else if (strcmp(name, "xmlns") == 0)
		why = "cannot be declared";
	else if (old && strcmp((const char *)old, value) != 0)
		why = "stands for another namespace already";
	else if (!old && xmlXPathRegisterNs(
			     x->context, BAD_CAST name, BAD_CAST value) != 0)
		mem_exhausted();
	free(name);
	free(value);
	return why;
}

static const char *check_name(struct xpath *x, const struct xpath_name *n)
{
	char prefix[128];

	if (n->use == XPATH_VARIABLE) {
		snprintf(x->why, sizeof(x->why), "no variable '$%.*s'",
		    SPAN_ARG(n->local));
		return x->why;
	}
	snprintf(prefix, sizeof(prefix), "%.*s", SPAN_ARG(n->prefix));
	if (n->prefix.p &&
	    (n->prefix.n >= sizeof(prefix) ||
		!xmlXPathNsLookup(x->context, BAD_CAST prefix))) {
		snprintf(x->why, sizeof(x->why), "prefix '%s' is not declared",
		    prefix);
		return x->why;
	}
	if (n->use == XPATH_FUNCTION &&
	    (n->prefix.p || !xpath_is_function(n->local))) {
		snprintf(x->why, sizeof(x->why), "no function '%s%s%.*s'",
		    prefix, n->prefix.p ? ":" : "", SPAN_ARG(n->local));
		return x->why;
	}
	return NULL;
}

static const char *look_over(
    struct xpath *x, struct span expr, bool *bare, bool *heavy)
{
	struct xpath_scan scan = {.expr = expr};
	struct xpath_name name;
	const char *why = NULL;

	*bare = false;
	while (!why && xpath_name_next(&scan, &name)) {
		why = check_name(x, &name);
		if (name.use == XPATH_ELEMENT && !name.prefix.p)
			*bare = true;
	}
	*heavy = scan.heavy;
	return why;
}

const char *xpath_add(struct xpath *x, struct span expr, bool *bare)
{
	static const char sample[] = "<message xmlns=\"jabber:client\"/>";
	xmlXPathCompExprPtr compiled;
	const char *why;
	bool heavy;
	char *text = mem_dup(expr.p, expr.n);

	x->why[0] = '\0';
	x->context->opCount = 0;
	compiled = xmlXPathCtxtCompile(x->context, BAD_CAST text);
	free(text);
	if (!compiled)
		return x->why[0] ? x->why : "invalid expression";
	why = look_over(x, expr, bare, &heavy);
	if (why) {
		xmlXPathFreeCompExpr(compiled);
		return why;
	}
	x->expr = mem_resize(x->expr, x->count + 1, sizeof(*x->expr));
	x->expr[x->count] = (struct expression){compiled, heavy};
	/* A wrong number or kind of arguments shows only now. */
	xpath_begin(x, span_of(sample));
	if (xpath_holds(x, x->count++) >= 0)
		return NULL;
	xmlXPathFreeCompExpr(x->expr[--x->count].compiled);
	return x->why[0] ? x->why : "invalid expression";
}

void xpath_begin(struct xpath *x, struct span stanza)
{
	xmlFreeDoc(x->doc);
	x->doc = NULL;
	x->failed = false;
	x->nodes = 0;
	x->stanza = stanza;
}

/* An xml:id that is no name, or comes twice, is well-formed; left alone,
 * libxml2 would print it, with what is around it, to stderr. */
static void silent(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

static void silent_validity(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* The parser's dictionary only ever grows, with whatever names come. */
static void renew_parser(struct xpath *x)
{
	if (x->parser && xmlDictSize(x->parser->dict) <= XPATH_NAMES)
		return;
	xmlFreeParserCtxt(x->parser);
	x->parser = xmlNewParserCtxt();
	if (!x->parser)
		mem_exhausted();
	x->parser->sax->serror = silent;
	x->parser->vctxt.error = silent_validity;
	x->parser->vctxt.warning = silent_validity;
}

static bool parse(struct xpath *x)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR |
		      XML_PARSE_NOWARNING | XML_PARSE_COMPACT;

	if (x->doc || x->failed)
		return !x->failed;
	renew_parser(x);
	if (x->stanza.n <= INT_MAX)
		x->doc = xmlCtxtReadMemory(x->parser, x->stanza.p,
		    (int)x->stanza.n, NULL, "UTF-8", options);
	if (!x->doc && x->parser->errNo == XML_ERR_NO_MEMORY)
		mem_exhausted();
	x->failed = !x->doc;
	return !x->failed;
}

/* Of the canonical form; a text may have more '="'. */
static size_t count_nodes(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < s.n; i++)
		n += (s.p[i] == '<' && s.p[i + 1] != '/') ||
		     (s.p[i] == '=' && s.p[i + 1] == '"');
	return n;
}

size_t xpath_elements(struct xpath *x)
{
	if (!x->nodes)
		x->nodes = count_nodes(x->stanza);
	return x->nodes;
}

xmlDocPtr xpath_document(struct xpath *x)
{
	return parse(x) ? x->doc : NULL;
}

static bool too_heavy(struct xpath *x)
{
	return xpath_elements(x) > XPATH_HEAVY_PRODUCT / (x->stanza.n + 1);
}

int xpath_holds(struct xpath *x, size_t number)
{
	const struct expression *e = &x->expr[number];
	int rc;

	if ((e->heavy && too_heavy(x)) || !parse(x))
		return -1;
	x->why[0] = '\0';
	x->context->doc = x->doc;
	x->context->node = xmlDocGetRootElement(x->doc);
	x->context->opLimit =
	    e->heavy ? XPATH_HEAVY_OPERATIONS : XPATH_OPERATIONS;
	x->context->opCount = 0;
	rc = xmlXPathCompiledEvalToBoolean(e->compiled, x->context);
	return x->why[0] ? -1 : rc;
}
