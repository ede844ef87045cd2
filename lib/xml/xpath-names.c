/* SPDX-License-Identifier: ISC */
/* A look at an XPath expression. */
#include "xml/xpath-names.h"

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

/* A text in quotes or a number. */
static void skip_literal(struct xpath_scan *s)
{
	char c = ahead(s, 0);

	s->at++;
	if (c == '"' || c == '\'') {
		while (s->at < s->expr.n && ahead(s, 0) != c)
			s->at++;
		s->at++;
	} else {
		while (is_digit(ahead(s, 0)) || ahead(s, 0) == '.')
			s->at++;
	}
	s->operand = s->literal = true;
	s->comparing = s->dot = false;
}

/* Two sets of nodes are compared each with each, a value only once. */
static void skip_comparison(struct xpath_scan *s)
{
	s->at += ahead(s, 1) == '=' ? 2 : 1;
	s->comparing = !s->literal;
	s->operand = s->literal = s->in_path = s->dot = false;
}

/* '//' is cheap where a path begins, from one node; later on the nodes below
 * each are joined. */
static void skip_slash(struct xpath_scan *s)
{
	bool twice = ahead(s, 1) == '/';

	if (twice && (s->operand || s->in_path) && !s->dot)
		s->heavy = true;
	s->at += twice ? 2 : 1;
	s->in_path = true;
	s->operand = s->dot = false;
}

static void skip_dot(struct xpath_scan *s)
{
	bool twice = ahead(s, 1) == '.';

	if (twice)
		s->heavy = true;
	s->dot = !twice && !s->operand && !s->in_path;
	s->at += twice ? 2 : 1;
	s->operand = true;
}

static void skip_sign(struct xpath_scan *s)
{
	char c = ahead(s, 0);

	s->at++;
	if (c == '|')
		s->heavy = true;
	if (c == '*')
		s->operand = !s->operand;
	else
		s->operand = c == ')' || c == ']';
	if (!s->operand && c != '@')
		s->in_path = false;
	s->attribute = c == '@';
	s->dot = false;
}

static void skip_other(struct xpath_scan *s)
{
	char c = ahead(s, 0);

	if (c == '"' || c == '\'' || is_digit(c) ||
	    (c == '.' && is_digit(ahead(s, 1)))) {
		skip_literal(s);
		return;
	}
	/* A number may have a sign. */
	if (s->comparing && c != '-') {
		s->heavy = true;
		s->comparing = false;
	}
	if (strchr("=!<>", c)) {
		skip_comparison(s);
		return;
	}
	s->literal = false;
	if (c == '/')
		skip_slash(s);
	else if (c == '.')
		skip_dot(s);
	else
		skip_sign(s);
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
	s->attribute = s->dot = false;
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
		if (!s->attribute && !span_is(first, "child") &&
		    !span_is(first, "self"))
			s->heavy = true;
		return false;
	}
	if (ahead(s, 0) == '(')
		n->use = XPATH_FUNCTION;
	s->operand = true;
	return n->prefix.p || n->use != XPATH_FUNCTION || !is_node_type(first);
}

/* A name, and no text or number, was met. */
static void meet_name(struct xpath_scan *s)
{
	s->heavy = s->heavy || s->comparing;
	s->comparing = s->literal = false;
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
			continue;
		}
		meet_name(s);
		if (s->operand) {
			/* and, or, div, mod */
			(void)take_name(s);
			s->operand = s->in_path = s->dot = false;
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
	    "boolean", "not", "true", "false", "lang", "number", "sum", "floor",
	    "ceiling", "round"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_is(name, names[i]))
			return true;
	}
	return false;
}
