/* SPDX-License-Identifier: ISC */
/* Fuzzes the reader of the canonical form: agree-fuzz COUNT [SEED]. Of random
 * elements in that form, whole and with bytes changed, it must take exactly
 * those that libxml2 takes and writes alike, must see the same tree in them as
 * libxml2, and what texts_replace() makes of them must again be canonical.
 * Prints what fails and exits 1. */
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xml/document.h"
#include "xml/stanza.h"
#include "xml/text.h"
#include "xmlgen.h"

struct fuzz {
	struct xml *xml;
	struct xmlgen gen;
	struct stanza stanza;
	struct texts texts;
	struct buf whole, changed, canon, chars, again;
	unsigned long taken, asked;
};

static bool failed(const char *what, struct span in, struct span out)
{
	printf("%s\n in: %.*s\nout: %.*s\n", what, SPAN_ARG(in), SPAN_ARG(out));
	return false;
}

/* Whether escaped bytes stand for what the parser has, and are what it would
 * be escaped to. */
static bool same_chars(
    struct fuzz *f, struct span escaped, bool text, const xmlChar *want)
{
	buf_reset(&f->chars);
	buf_reset(&f->again);
	stanza_unescape(&f->chars, escaped);
	if (text)
		stanza_escape_text(&f->again, buf_span(&f->chars));
	else
		stanza_escape_attr(&f->again, buf_span(&f->chars));
	return span_same(buf_span(&f->again), escaped) &&
	       span_same(buf_span(&f->chars),
		   span_of(want ? (const char *)want : ""));
}

static bool same_name(struct fuzz *f, const xmlChar *local, const xmlNs *ns,
    struct span want_name, struct span want_local, struct span want_ns)
{
	struct buf name = BUF_EMPTY;
	bool same;

	if (ns && ns->prefix)
		buf_addf(&name, "%s:", (const char *)ns->prefix);
	buf_adds(&name, (const char *)local);
	same = span_same(buf_span(&name), want_name) &&
	       span_same(span_of((const char *)local), want_local) &&
	       same_chars(f, want_ns, false, ns ? ns->href : NULL);
	buf_release(&name);
	return same;
}

static bool same_attrs(
    struct fuzz *f, const struct stanza_node *n, const xmlNode *x)
{
	const xmlAttr *a = x->properties;

	for (uint32_t i = n->attr; i < n->attr + n->attrs; i++, a = a->next) {
		const struct stanza_attr *b = &f->stanza.attr[i];
		const xmlNode *value = a ? a->children : NULL;

		if (!a ||
		    !same_name(f, a->name, a->ns, b->name, b->local, b->ns))
			return false;
		if ((value && value->next) ||
		    !same_chars(
			f, b->value, false, value ? value->content : NULL))
			return false;
	}
	return !a;
}

/* Nodes of the parser's tree bear the number of ours, and one more. */
static uint32_t number(const xmlNode *x)
{
	if (!x || x->type == XML_DOCUMENT_NODE)
		return STANZA_NONE;
	return (uint32_t)((uintptr_t)x->_private - 1);
}

static bool same_place(const struct stanza *s, uint32_t i, const xmlNode *x)
{
	uint32_t up = number(x->parent), before = number(x->prev);

	if (s->node[i].parent != up)
		return false;
	if (before != STANZA_NONE)
		return s->node[before].next == i;
	return up == STANZA_NONE || s->node[up].child == i;
}

static bool same_node(struct fuzz *f, uint32_t i, xmlNode *x)
{
	const struct stanza_node *n = &f->stanza.node[i];

	x->_private = (void *)((uintptr_t)i + 1);
	if (!same_place(&f->stanza, i, x))
		return false;
	if (x->type == XML_TEXT_NODE)
		return n->name.n == 0 &&
		       same_chars(f, n->raw, true, x->content);
	return x->type == XML_ELEMENT_NODE && n->name.n &&
	       same_name(f, x->name, x->ns, n->name, n->local, n->ns) &&
	       same_attrs(f, n, x);
}

static xmlNode *after(xmlNode *x)
{
	if (x->children)
		return x->children;
	while (x && !x->next)
		x = x->parent;
	return x ? x->next : NULL;
}

static bool same_tree(struct fuzz *f, struct span in)
{
	xmlDoc *doc = xmlReadMemory(in.p, (int)in.n, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
		XML_PARSE_NOWARNING);
	xmlNode *x = doc ? xmlDocGetRootElement(doc) : NULL;
	size_t i = 0;

	for (; x && i < f->stanza.nodes; x = after(x), i++) {
		if (!same_node(f, (uint32_t)i, x))
			break;
	}
	xmlFreeDoc(doc);
	return !x && i && i == f->stanza.nodes;
}

static bool canonical(struct fuzz *f, struct span in)
{
	size_t at;

	return !xml_canon(f->xml, in, &f->canon, &at) &&
	       span_same(in, buf_span(&f->canon));
}

/* In memory of its own size, for the sanitizer's sake. */
static bool agrees(struct fuzz *f, struct span data)
{
	char *copy = malloc(data.n + 1);
	struct span in = {memcpy(copy, data.p, data.n), data.n};
	const char *why = stanza_read(&f->stanza, in);
	bool ok = true;

	f->asked++;
	f->taken += !why;
	if (canonical(f, in) != !why)
		ok = failed(why ? why : "taken", in, buf_span(&f->canon));
	else if (!why && !same_tree(f, in))
		ok = failed("another tree", in, in);
	else if (why && f->stanza.fault > in.n)
		ok = failed("fault is outside", in, in);
	free(copy);
	return ok;
}

static size_t below(struct fuzz *f, size_t n)
{
	return n ? xmlgen_below(&f->gen, (unsigned)n) : 0;
}

/* Change bytes as no writer of XML would. */
static void change(struct fuzz *f)
{
	struct buf *b = &f->changed;
	struct span s = buf_span(&f->whole);

	buf_reset(b);
	buf_addspan(b, s);
	for (size_t times = 1 + below(f, 3); times && b->len; times--) {
		size_t at = below(f, b->len), n = below(f, b->len - at) % 16;
		char c = (char)below(f, 256);

		switch (below(f, 5)) {
		case 0:
			b->data[at] = c;
			break;
		case 1:
			b->data[at] = "<>/=\"&; ]x\xc3\x80"[below(f, 12)];
			break;
		case 2:
			buf_splice(b, at, n, NULL, 0);
			break;
		case 3:
			n = below(f, s.n - at % s.n) % 16;
			buf_splice(b, at, 0, s.p + at % s.n, n);
			break;
		default:
			b->data[at] = b->data[below(f, b->len)];
		}
	}
}

static bool replaces(struct fuzz *f)
{
	static const char *const with[] = {"", "x", "]]>", "&\"<\n", "[card]"};
	struct span in = buf_span(&f->whole);
	struct cuts cuts = {0};
	bool ok;

	stanza_read(&f->stanza, in);
	texts_collect(&f->texts, &f->stanza);
	for (size_t i = below(f, 4); i && f->texts.count; i--) {
		size_t text = below(f, f->texts.count);
		struct span chars = texts_at(&f->texts, text);
		size_t at = below(f, chars.n), to = at + below(f, chars.n - at);

		while (at && ((unsigned char)chars.p[at] & 0xc0) == 0x80)
			at--;
		while (
		    to < chars.n && ((unsigned char)chars.p[to] & 0xc0) == 0x80)
			to++;
		cuts_add(&cuts, (struct cut){text, at, to - at});
	}
	buf_reset(&f->changed);
	ok = texts_replace(&f->texts, in, &cuts, span_of(with[below(f, 5)]),
		 &f->changed) > 0 ||
	     span_same(in, buf_span(&f->changed));
	cuts_release(&cuts);
	return (ok && !stanza_read(&f->stanza, buf_span(&f->changed)) &&
		   canonical(f, buf_span(&f->changed))) ||
	       failed("replaced", in, buf_span(&f->changed));
}

static bool round_trip(struct fuzz *f, unsigned long seed)
{
	struct span made;
	size_t at;

	xmlgen_seed(&f->gen, seed);
	made.n = xmlgen_element(&f->gen);
	made.p = f->gen.out;
	if (xml_canon(f->xml, made, &f->whole, &at))
		return failed("refused", made, made);
	if (!agrees(f, buf_span(&f->whole)) || !replaces(f))
		return false;
	change(f);
	if (!agrees(f, buf_span(&f->changed)))
		return false;
	made.n = xmlgen_damage(&f->gen, f->whole.data, f->whole.len);
	return agrees(f, made);
}

/* What it finds wrong with an xml:id is of no interest, and no reason to
 * refuse it. */
static void silent(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

int main(int argc, char **argv)
{
	static struct fuzz f;
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	int rc = 0;

	xmlSetStructuredErrorFunc(NULL, silent);
	f.xml = xml_new();
	for (unsigned long i = 0; i < count && !rc; i++) {
		if (!round_trip(&f, seed + i)) {
			printf("seed %lu\n", seed + i);
			rc = 1;
		}
	}
	printf("%lu elements, %lu of %lu taken\n", count, f.taken, f.asked);
	xml_free(f.xml);
	stanza_release(&f.stanza);
	texts_release(&f.texts);
	buf_release(&f.whole);
	buf_release(&f.changed);
	buf_release(&f.canon);
	buf_release(&f.chars);
	buf_release(&f.again);
	return rc;
}
