/* SPDX-License-Identifier: ISC */
/* RELAX NG schemas in XML syntax, over stanzas: compiled once. No foreign
 * library shows here. */
#ifndef XML_SCHEMA_H
#define XML_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "xml/stanza.h"
#include "xml/xpath.h"

enum {
	/* Of a stanza whose elements are more, as these may cost the square of
	 * their number, nothing is told: */
	SCHEMA_ELEMENTS = 4096,
	/* What was found out of a stanza is remembered for all of its shape
	 * (xml/shape.h), if the schema does not look at values: */
	SCHEMA_SHAPES = 4096,
	SCHEMA_SHAPE_MAX = 4096, /* bytes of one */
};

struct schema;

/* Compile a schema, the caller's to free. NULL if it is none: *line is then
 * where, or 0, and *why in a few words, borrowed until the next call. It has to
 * be in one piece: include and externalRef are refused. */
struct schema *schema_new(
    struct span text, unsigned long *line, const char **why);
void schema_free(struct schema *);

/* Whether the stanza, which the expressions are at, is valid: 1, 0, or -1 if
 * that cannot be told. */
int schema_holds(
    struct schema *, struct xpath *, const struct stanza *);

/* After schema_holds gave 0: in a few words what is not valid. */
const char *schema_why(const struct schema *);

#endif
