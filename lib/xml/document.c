/* SPDX-License-Identifier: ISC */
/* A document of its own. */
#include "xml/document.h"

#include <string.h>
#include <strings.h>

#include "xml/scan.h"

static void skip_space(struct span *s)
{
	while (s->n && memchr(" \t\r\n", *s->p, 4)) {
		s->p++;
		s->n--;
	}
}

/* Take NAME="VALUE", with white space before it, off the front. False if
 * something else is there. */
static bool pseudo_attribute(struct span *s, const char *name,
    struct span *value)
{
	size_t n = strlen(name);
	struct span rest = *s;
	const char *end;

	skip_space(&rest);
	if (rest.p == s->p || !span_starts(rest, name))
		return false;
	rest.p += n;
	rest.n -= n;
	skip_space(&rest);
	if (!rest.n || *rest.p != '=')
		return false;
	rest.p++;
	rest.n--;
	skip_space(&rest);
	if (!rest.n || (*rest.p != '"' && *rest.p != '\''))
		return false;
	end = memchr(rest.p + 1, *rest.p, rest.n - 1);
	if (!end)
		return false;
	*value = (struct span){rest.p + 1, (size_t)(end - rest.p) - 1};
	*s = (struct span){end + 1, rest.n - value->n - 2};
	return true;
}

const char *xml_declaration(struct span s)
{
	static const char bad[] = "bad XML declaration";
	struct span value;

	if (!span_starts(s, "<?xml") || s.n < 7)
		return bad;
	s.p += 5;
	s.n -= 7; /* and its "?>" */
	if (!pseudo_attribute(&s, "version", &value))
		return bad;
	if (!span_is(value, "1.0"))
		return "XML version is not 1.0";
	if (pseudo_attribute(&s, "encoding", &value) &&
	    (value.n != 5 || strncasecmp(value.p, "utf-8", 5) != 0))
		return "encoding is not UTF-8";
	if (pseudo_attribute(&s, "standalone", &value) &&
	    !span_is(value, "yes") && !span_is(value, "no"))
		return bad;
	skip_space(&s);
	return s.n ? bad : NULL;
}

static const char *whole(struct scan *scan, struct span *rest, size_t *at)
{
	size_t take;

	switch (scan_next(scan, rest->p, rest->n, &take)) {
	case SCAN_ELEMENT:
	case SCAN_DECLARATION:
		rest->p += take;
		rest->n -= take;
		return NULL;
	case SCAN_FAULT:
		*at = scan->fault_at;
		return scan->why;
	case SCAN_FOOTER:
		*at = scan->item_at;
		return "end tag does not match";
	default:
		*at = scan->item_at;
		return "not one whole element";
	}
}

static const char *canon(struct xml *x, struct scan *scan, struct span s,
    struct buf *out, struct xml_root *root, size_t *at)
{
	const struct xml_scope none = {.open = BUF_EMPTY, .lang = BUF_EMPTY};
	const char *why = whole(scan, &s, at);

	if (!why && span_starts(scan->item, "<?")) {
		*at = scan->item_at;
		why = xml_declaration(scan->item);
		if (!why)
			why = whole(scan, &s, at);
	}
	if (why)
		return why;
	*at = scan->item_at;
	why = xml_element(x, &none, scan->item, out, root);
	*at += xml_fault_at(x);
	if (why)
		return why;
	skip_space(&s);
	*at = scan->at;
	return s.n ? "text behind the document's end" : NULL;
}

const char *xml_canon(struct xml *x, struct span document, struct buf *out,
    size_t *at)
{
	struct xml_root root = {0};
	struct scan scan;
	const char *why;

	*at = 0;
	buf_reset(out);
	scan_init(&scan, document.n);
	why = canon(x, &scan, document, out, &root, at);
	/* The reason of a scanner lasts, it is a constant. */
	scan_release(&scan);
	xml_root_release(&root);
	return why;
}
