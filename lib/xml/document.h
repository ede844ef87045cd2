/* SPDX-License-Identifier: ISC */
/* A document of its own: its XML declaration and its canonical form. */
#ifndef XML_DOCUMENT_H
#define XML_DOCUMENT_H

#include "xml/xml.h"

/* Check an XML declaration, from "<?xml" to "?>": version 1.0 and UTF-8 (RFC
 * 6120 section 11.5 and 11.6). Returns NULL or in a few words what is wrong.
 */
const char *xml_declaration(struct span);

/* Write the canonical form of a document to out, replacing what was there. An
 * XML declaration and white space around the element are allowed. Returns
 * NULL, or in a few words, borrowed until the parser's next call, why there
 * is none; *at then is the place of the fault. */
const char *xml_canon(struct xml *, struct span document, struct buf *out,
    size_t *at);

#endif
