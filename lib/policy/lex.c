/* SPDX-License-Identifier: ISC */
/* A policy's text as tokens. */
#include "policy/lex.h"

static char ahead(const struct lexer *l, size_t n)
{
	return l->pos + n < l->text.n ? l->text.p[l->pos + n] : '\0';
}

static bool at_end(const struct lexer *l)
{
	return l->pos >= l->text.n;
}

/* The length of a line's end here, 0 if there is none. */
static size_t line_end(const struct lexer *l, size_t n)
{
	if (ahead(l, n) == '\r' && ahead(l, n + 1) == '\n')
		return 2;
	return ahead(l, n) == '\n' ? 1 : 0;
}

static void skip_comment(struct lexer *l)
{
	while (!at_end(l) && ahead(l, 0) != '\n')
		l->pos++;
}

/* Blanks, comments, continued lines, and in braces also line ends. */
static void skip_space(struct lexer *l)
{
	for (;;) {
		char c = ahead(l, 0);
		size_t end = c == '\\' ? line_end(l, 1) : 0;

		if (end) {
			l->pos += 1 + end;
			l->line++;
		} else if (c == '#') {
			skip_comment(l);
		} else if (c == '\n' && l->depth) {
			l->pos++;
			l->line++;
		} else if (c == ' ' || c == '\t' ||
			   (c == '\r' && line_end(l, 0))) {
			l->pos++;
		} else {
			return;
		}
	}
}

static void take(struct lexer *l, enum token token, size_t n)
{
	l->token = token;
	l->raw = l->value = (struct span){l->text.p + l->pos, n};
	l->pos += n;
}

static void bad(struct lexer *l, size_t n, const char *why)
{
	take(l, TOKEN_BAD, n);
	l->why = why;
}

/* In quotes: \" and \\ stand for their second character, any other backslash
 * for itself. */
static void take_string(struct lexer *l)
{
	size_t n = 1, out = 0;
	bool plain = true;
	char *spare = l->spare + l->pos;

	while (ahead(l, n) != '"') {
		if (l->pos + n >= l->text.n || ahead(l, n) == '\n') {
			bad(l, n, "the string is not closed on its line");
			return;
		}
		if (ahead(l, n) == '\\' &&
		    (ahead(l, n + 1) == '"' || ahead(l, n + 1) == '\\')) {
			plain = false;
			n++;
		}
		spare[out++] = ahead(l, n++);
	}
	take(l, TOKEN_STRING, n + 1);
	l->value = plain ? (struct span){l->raw.p + 1, n - 1}
			 : (struct span){spare, out};
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n{},\"<>", c);
}

static void take_regex(struct lexer *l)
{
	size_t n = 1;

	while (ahead(l, n) != '/') {
		if (ahead(l, n) == '\\' && !line_end(l, n + 1))
			n++;
		if (l->pos + n >= l->text.n || line_end(l, n)) {
			bad(l, n < l->text.n - l->pos ? n : l->text.n - l->pos,
			    "the regular expression is not closed on its "
			    "line");
			return;
		}
		n++;
	}
	n++;
	while (ahead(l, n) >= 'a' && ahead(l, n) <= 'z')
		n++;
	if (!ends_word(ahead(l, n)))
		bad(l, n, "a '/' inside a regular expression is written '\\/'");
	else
		take(l, TOKEN_REGEX, n);
}

/* <name>, or an operator that begins with '<'. */
static void take_angle(struct lexer *l)
{
	size_t n = 1;

	while (!ends_word(ahead(l, n)))
		n++;
	if (ahead(l, n) == '>' && n > 1) {
		take(l, TOKEN_TABLE, n + 1);
		l->value = (struct span){l->raw.p + 1, n - 1};
	} else {
		take(l, TOKEN_OP, ahead(l, 1) == '=' ? 2 : 1);
	}
}

static void take_word(struct lexer *l)
{
	size_t n = 0;

	while (!ends_word(ahead(l, n)) &&
	       !(ahead(l, n) == '\\' && line_end(l, n + 1)))
		n++;
	take(l, TOKEN_WORD, n);
}

static void take_brace(struct lexer *l, enum token token)
{
	take(l, token, 1);
	if (token == TOKEN_OPEN)
		l->depth++;
	else if (l->depth)
		l->depth--;
}

void lex_next(struct lexer *l)
{
	char c;

	skip_space(l);
	l->at = l->line;
	c = ahead(l, 0);
	if (at_end(l)) {
		take(l, TOKEN_END, 0);
	} else if (c == '\n') {
		take(l, TOKEN_EOL, 1);
		l->line++;
	} else if (c == '"') {
		take_string(l);
	} else if (c == '/') {
		take_regex(l);
	} else if (c == '<') {
		take_angle(l);
	} else if (c == '>' || (c == '!' && ahead(l, 1) == '=')) {
		take(l, TOKEN_OP, ahead(l, 1) == '=' ? 2 : 1);
	} else if (c == '=') {
		take(l, TOKEN_OP, 1);
	} else if (c == '!') {
		take(l, TOKEN_NOT, 1);
	} else if (c == '{' || c == '}') {
		take_brace(l, c == '{' ? TOKEN_OPEN : TOKEN_CLOSE);
	} else if (c == ',') {
		take(l, TOKEN_COMMA, 1);
	} else if (ends_word(c)) {
		bad(l, 1, "a carriage return without a line feed");
	} else {
		take_word(l);
	}
}

void lex_skip(struct lexer *l)
{
	while (l->token != TOKEN_EOL && l->token != TOKEN_END)
		lex_next(l);
}
