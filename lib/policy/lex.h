/* SPDX-License-Identifier: ISC */
/* A policy's text as tokens. */
#ifndef POLICY_LEX_H
#define POLICY_LEX_H

#include <stddef.h>

#include "base/span.h"

enum token {
	TOKEN_WORD,
	TOKEN_STRING, /* "..." */
	TOKEN_REGEX,  /* /.../flags, as written */
	TOKEN_TABLE,  /* <name> */
	TOKEN_OP,     /* < <= > >= = != */
	TOKEN_NOT,    /* ! */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_EOL, /* outside braces only */
	TOKEN_END,
	TOKEN_BAD, /* why says */
};

/* A zeroed struct with text, spare and line 1 is ready. */
struct lexer {
	struct span text;
	char *spare; /* of the text's size: where strings are unescaped */
	size_t pos;
	unsigned long line;
	size_t depth; /* of open braces */
	/* The token: */
	enum token token;
	struct span raw;   /* as written */
	struct span value; /* what it says */
	unsigned long at;  /* the line it is on */
	const char *why;
};

/* Go to the next token. At the end it stays there. */
void lex_next(struct lexer *);

/* Go to the end of the statement, to recover. */
void lex_skip(struct lexer *);

#endif
