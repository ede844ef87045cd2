/* SPDX-License-Identifier: ISC */
/* XPath 1.0 expressions over stanzas: compiled once, evaluated in a context
 * that is kept, over a document that is parsed only when it is asked for. */
#ifndef XML_XPATH_H
#define XML_XPATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum {
	XPATH_OPERATIONS = 2000000, /* of one evaluation, then it fails */
	/* For expressions whose operations do not tell what they cost: */
	XPATH_HEAVY_OPERATIONS = 200000,
	XPATH_HEAVY_PRODUCT =
	    4 * 1024 * 1024, /* of the elements and
			      * attributes of the stanza and its bytes */
	XPATH_NAMES = 4096,  /* known to the parser before it is renewed */
};

struct xpath;

struct xpath *xpath_new(void);
void xpath_free(struct xpath *);

/* Declare a prefix. Returns NULL, or why it is refused. */
const char *xpath_namespace(
    struct xpath *, struct span prefix, struct span uri);

/* Compile an expression, which is then the next number from 0. Returns NULL,
 * or why it is refused, borrowed until the next call. *bare: it names an
 * element without a prefix, and none in XMPP is without a namespace. */
const char *xpath_add(struct xpath *, struct span expr, bool *bare);

/* Go over to another stanza (canonical), whose bytes must stay until the next
 * call. Costs nothing until an expression is asked for. */
void xpath_begin(struct xpath *, struct span stanza);

/* Whether the expression, its context node the stanza, is true: 1, 0, or -1
 * if it or the stanza cannot be evaluated. */
int xpath_holds(struct xpath *, size_t number);

#endif
