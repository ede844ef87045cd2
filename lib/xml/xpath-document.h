/* SPDX-License-Identifier: ISC */
/* The stanza that expressions are evaluated over, as libxml2 has it; for the
 * schemas, so that it is parsed once. */
#ifndef XML_XPATH_DOCUMENT_H
#define XML_XPATH_DOCUMENT_H

#include <libxml/tree.h>

#include "xml/xpath.h"

/* Parsed if it was not yet; NULL if it cannot be. Borrowed. */
xmlDocPtr xpath_document(struct xpath *);

/* How many elements and attributes it has, at most. */
size_t xpath_elements(struct xpath *);

#endif
