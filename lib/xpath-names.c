/* SPDX-License-Identifier: ISC */
/* The names in an XPath expression. */
#include "xpath-names.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/* The byte n further on; 0 past the end. */
static char ahead(const struct xpath_scan *s, size_t n)
{
	return s->at + n < s->expr.n ? s->expr.p[s->at + n] : '\0';
}

static void skip_blanks(struct xpath_scan *s)
{
	while (is_blank(ahead(s, 0)))
		s->at++;
}

static struct span take_name(struct xpath_scan *s)
{
	size_t from = s->at;
	char c = ahead(s, 0);

	while (begins_name(c) || is_digit(c) || c == '-' || c == '.') {
		s->at++;
		c = ahead(s, 0);
	}
	return (struct span){s->expr.p + from, s->at - from};
}

/* A text in quotes, a number, or a sign. */
static void skip_other(struct xpath_scan *s)
{
	char c = ahead(s, 0);

	s->at++;
	if (c == '"' || c == '\'') {
		while (s->at < s->expr.n && ahead(s, 0) != c)
			s->at++;
		s->at++;
		s->operand = true;
	} else if (is_digit(c) || c == '.') {
		while (is_digit(ahead(s, 0)) || ahead(s, 0) == '.')
			s->at++;
		s->operand = true;
	} else if (c == '*') {
		s->operand = !s->operand;
	} else {
		s->operand = c == ')' || c == ']';
	}
	s->attribute = c == '@';
}

static bool is_node_type(struct span s)
{
	return span_is(s, "node") || span_is(s, "text") ||
	    span_is(s, "comment") || span_is(s, "processing-instruction");
}

/* The name that begins here; false if it is an axis or a node type. */
static bool classify(struct xpath_scan *s, struct xpath_name *n)
{
	struct span first = take_name(s);

	*n = (struct xpath_name){
	    s->attribute ? XPATH_ATTRIBUTE : XPATH_ELEMENT, {NULL, 0}, first};
	s->attribute = false;
	if (ahead(s, 0) == ':' &&
	    (begins_name(ahead(s, 1)) || ahead(s, 1) == '*')) {
		s->at++;
		n->prefix = first;
		n->local = (struct span){s->expr.p + s->at, 1};
		if (ahead(s, 0) == '*')
			s->at++;
		else
			n->local = take_name(s);
	}
	skip_blanks(s);
	if (ahead(s, 0) == ':' && ahead(s, 1) == ':') {
		s->at += 2;
		s->attribute = span_is(first, "attribute");
		return false;
	}
	if (ahead(s, 0) == '(')
		n->use = XPATH_FUNCTION;
	s->operand = true;
	return n->prefix.p || n->use != XPATH_FUNCTION || !is_node_type(first);
}

bool xpath_name_next(struct xpath_scan *s, struct xpath_name *n)
{
	for (skip_blanks(s); s->at < s->expr.n; skip_blanks(s)) {
		if (ahead(s, 0) == '$') {
			s->at++;
			*n = (struct xpath_name){
			    XPATH_VARIABLE, {NULL, 0}, take_name(s)};
			s->operand = true;
			return true;
		}
		if (!begins_name(ahead(s, 0))) {
			skip_other(s);
		} else if (s->operand) {
			/* and, or, div, mod */
			(void)take_name(s);
			s->operand = false;
		} else if (classify(s, n)) {
			return true;
		}
	}
	return false;
}

bool xpath_is_function(struct span name)
{
	static const char *const names[] = {"last", "position", "count", "id",
	    "local-name", "namespace-uri", "name", "string", "concat",
	    "starts-with", "contains", "substring-before", "substring-after",
	    "substring", "string-length", "normalize-space", "translate",
	    "boolean", "not", "true", "false", "lang", "number", "sum",
	    "floor", "ceiling", "round"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_is(name, names[i]))
			return true;
	}
	return false;
}
