/* SPDX-License-Identifier: ISC */
/* The names in an XPath 1.0 expression (its section 3.7): libxml2 looks at
 * them only when it comes to them in a document, which is too late to tell
 * whoever wrote them. */
#ifndef XPATH_NAMES_H
#define XPATH_NAMES_H

#include "span.h"

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
	bool operand;	/* one was last: a name or '*' is now an operator */
	bool attribute; /* the next name is one's */
};

/* The next name of the expression that expr was set to (the rest zero); false
 * after the last. What is no expression is not found out here. */
bool xpath_name_next(struct xpath_scan *, struct xpath_name *);

/* Whether it is one of the functions of XPath 1.0. */
bool xpath_is_function(struct span name);

#endif
