/* SPDX-License-Identifier: ISC */
/* RELAX NG by libxml2. */
#include "xml/schema.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "base/map.h"
#include "base/mem.h"
#include "xml/shape.h"
#include "xml/xpath-document.h"

enum { WHY_MAX = 256 };

struct schema {
	xmlRelaxNGPtr compiled;
	xmlRelaxNGValidCtxtPtr valid;
	char why[WHY_MAX];
	bool by_shape; /* values do not matter */
	struct map shapes;
	struct known *known;
	struct buf shape;
};

/* A shape, and what is wrong with it; NULL: nothing. */
struct known {
	struct map_node node;
	struct known *next;
	char *shape, *why;
};

/* The first error, of a schema while it is read. */
struct first {
	char why[WHY_MAX];
	unsigned long line;
	bool seen;
};

static void copy_message(char *to, const char *message)
{
	snprintf(to, WHY_MAX, "%s", message ? message : "invalid");
	to[strcspn(to, "\n")] = '\0';
}

static void note_first(void *data, xmlErrorPtr error)
{
	struct first *f = data;

	if (error->code == XML_ERR_NO_MEMORY)
		mem_exhausted();
	if (f->seen || error->level < XML_ERR_ERROR)
		return;
	f->seen = true;
	f->line = error->line > 0 ? (unsigned long)error->line : 0;
	copy_message(f->why, error->message);
}

static void note_invalid(void *data, xmlErrorPtr error)
{
	struct schema *s = data;

	if (error->code == XML_ERR_NO_MEMORY)
		mem_exhausted();
	if (!s->why[0])
		copy_message(s->why, error->message);
}

static xmlDocPtr read_document(struct span text, struct first *f)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	xmlDocPtr doc = NULL;

	if (!parser)
		mem_exhausted();
	parser->sax->serror = NULL;
	if (text.n <= INT_MAX)
		doc = xmlCtxtReadMemory(parser, text.p, (int)text.n, NULL,
		    "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR |
				 XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
	if (!doc)
		note_first(f, &parser->lastError);
	xmlFreeParserCtxt(parser);
	return doc;
}

static void forget(struct schema *s)
{
	struct known *k, *next;

	for (k = s->known; k; k = next) {
		next = k->next;
		free(k->shape);
		free(k->why);
		free(k);
	}
	s->known = NULL;
	map_release(&s->shapes);
}

static xmlNodePtr after(xmlNodePtr n)
{
	if (n->children && n->type == XML_ELEMENT_NODE)
		return n->children;
	while (n && !n->next)
		n = n->parent;
	return n ? n->next : NULL;
}

/* What would be read from elsewhere is in no tag of a policy. */
static bool in_one_piece(xmlDocPtr doc, struct first *f)
{
	for (xmlNodePtr n = xmlDocGetRootElement(doc); n; n = after(n)) {
		if (n->type == XML_ELEMENT_NODE &&
		    (xmlStrEqual(n->name, BAD_CAST "include") ||
			xmlStrEqual(n->name, BAD_CAST "externalRef"))) {
			f->line = (unsigned long)xmlGetLineNo(n);
			copy_message(f->why, "a schema has to be in one file");
			f->seen = true;
		}
	}
	if (doc->intSubset && !f->seen) {
		copy_message(f->why, "a schema has no document type");
		f->seen = true;
	}
	return !f->seen;
}

/* Whether no value and no text is compared with anything. */
static bool is_by_shape(xmlDocPtr doc)
{
	static const char *const values[] = {"data", "value", "list"};

	for (xmlNodePtr n = xmlDocGetRootElement(doc); n; n = after(n)) {
		for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
			if (n->type == XML_ELEMENT_NODE &&
			    xmlStrEqual(n->name, BAD_CAST values[i]))
				return false;
		}
	}
	return true;
}

static xmlRelaxNGPtr compile(xmlDocPtr doc, struct first *f)
{
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewDocParserCtxt(doc);
	xmlRelaxNGPtr compiled;

	if (!parser)
		mem_exhausted();
	xmlRelaxNGSetParserStructuredErrors(parser, note_first, f);
	compiled = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	return compiled;
}

struct schema *schema_new(
    struct span text, unsigned long *line, const char **why)
{
	static struct first f;
	xmlDocPtr doc;
	struct schema *s;
	xmlRelaxNGPtr compiled = NULL;
	bool by_shape;

	f = (struct first){.why = "is no schema"};
	xmlInitParser();
	doc = read_document(text, &f);
	if (doc && in_one_piece(doc, &f))
		compiled = compile(doc, &f);
	by_shape = compiled && is_by_shape(doc);
	xmlFreeDoc(doc);
	*line = f.line;
	*why = f.why;
	if (!compiled)
		return NULL;
	s = mem_zalloc(sizeof(*s));
	s->compiled = compiled;
	s->by_shape = by_shape;
	s->valid = xmlRelaxNGNewValidCtxt(compiled);
	if (!s->valid)
		mem_exhausted();
	xmlRelaxNGSetValidStructuredErrors(s->valid, note_invalid, s);
	return s;
}

void schema_free(struct schema *s)
{
	if (!s)
		return;
	forget(s);
	buf_release(&s->shape);
	xmlRelaxNGFreeValidCtxt(s->valid);
	xmlRelaxNGFree(s->compiled);
	free(s);
}

/* Once there are too many they are all forgotten; honest clients have few. */
static void remember(struct schema *s, bool valid)
{
	struct known *k;

	if (s->shapes.count >= SCHEMA_SHAPES)
		forget(s);
	k = mem_zalloc(sizeof(*k));
	k->shape = mem_dup(s->shape.data, s->shape.len);
	k->why = valid ? NULL : mem_strdup(schema_why(s));
	k->next = s->known;
	s->known = k;
	map_add(&s->shapes, &k->node, (struct span){k->shape, s->shape.len});
}

static int validate(struct schema *s, struct xpath *x)
{
	xmlDocPtr doc;
	int rc;

	if (xpath_elements(x) > SCHEMA_ELEMENTS)
		return -1;
	doc = xpath_document(x);
	if (!doc)
		return -1;
	s->why[0] = '\0';
	rc = xmlRelaxNGValidateDoc(s->valid, doc);
	return rc < 0 ? -1 : rc == 0;
}

int schema_holds(
    struct schema *s, struct xpath *x, const struct stanza *stanza)
{
	struct map_node *node;
	int valid;

	buf_reset(&s->shape);
	if (!s->by_shape || !shape_write(&s->shape, stanza, SCHEMA_SHAPE_MAX))
		return validate(s, x);
	node = map_find(&s->shapes, buf_span(&s->shape));
	if (node) {
		const struct known *k = MAP_OWNER(node, struct known, node);

		copy_message(s->why, k->why ? k->why : "");
		return !k->why;
	}
	valid = validate(s, x);
	if (valid >= 0)
		remember(s, valid);
	return valid;
}

const char *schema_why(const struct schema *s)
{
	return s->why[0] ? s->why : "not valid";
}
