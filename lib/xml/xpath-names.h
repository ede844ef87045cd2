/* SPDX-License-Identifier: ISC */
/* A look at an XPath 1.0 expression (its section 3.7) beforehand: at its names,
 * since libxml2 looks for them only when it comes to them in a document, which
 * is too late to tell whoever wrote them; and at what it costs. */
#ifndef XML_XPATH_NAMES_H
#define XML_XPATH_NAMES_H

#include "base/span.h"

enum xpath_use {
	XPATH_ELEMENT,
	XPATH_ATTRIBUTE,
	XPATH_FUNCTION,
	XPATH_VARIABLE,
};

struct xpath_name {
	enum xpath_use use;
	struct span prefix; /* .p NULL: none */
	struct span local;
};

struct xpath_scan {
	struct span expr;
	size_t at;
	bool operand;   /* one was last: a name or '*' is now an operator */
	bool attribute; /* the next name is one's */
	bool literal;   /* a text or number was last */
	bool comparing; /* what was last is compared with what comes */
	bool in_path;   /* a step of the path was before */
	bool dot;       /* a '.' that begins a path was last */
	/* After the last name: evaluating it may cost more than its
	 * operations, the square of the number of nodes, as libxml2 joins
	 * sets of nodes by looking each one up in the other. */
	bool heavy;
};

/* The next name of the expression that expr was set to (the rest zero); false
 * after the last. What is no expression is not found out here. */
bool xpath_name_next(struct xpath_scan *, struct xpath_name *);

/* Whether it is one of the functions of XPath 1.0. */
bool xpath_is_function(struct span name);

#endif
