/* SPDX-License-Identifier: ISC */
/* XML from outside: one parser vets an element and writes it in canonical
 * form (cup-record(5)) in the same pass. Elements are framed by scan.h first,
 * which limits what this is given. */
#ifndef XML_H
#define XML_H

#include <stddef.h>

#include "buf.h"
#include "span.h"
#include "xmlroot.h"

/* The parser. One serves any number of streams, one element at a time; it is
 * renewed when it has seen many names, so its memory stays bounded. */
struct xml;

/* What elements inherit from their stream's header. A zeroed one is valid:
 * nothing, as in a document of its own. Streams whose headers declare the
 * same namespaces share the parser's state. */
struct xml_scope {
	struct buf open; /* a start tag with the header's declarations */
	struct buf lang; /* its xml:lang; empty: none */
};

struct xml *xml_new(void);
void xml_free(struct xml *);

/* Inherit what bare stanzas do: that of a jabber:client stream. */
void xml_scope_client(struct xml_scope *);
void xml_scope_release(struct xml_scope *);

/* Read the start tag that opens a stream. Returns NULL and sets scope and
 * root (without children or places), or says in a few words what is wrong
 * with it, as xml_element does. */
const char *xml_header(struct xml *, struct span tag, struct xml_scope *,
    struct xml_root *);

/* Vet one element of a stream and write its canonical form to out, replacing
 * what was there. Returns NULL, or says in a few words, borrowed until the
 * next call, why it is not well-formed (XML 1.0, Namespaces in XML 1.0,
 * RFC 6120 section 11), or beyond the limits of stanza.h. */
const char *xml_element(struct xml *, const struct xml_scope *,
    struct span data, struct buf *out, struct xml_root *);

/* Where in data the fault was that was just returned. */
size_t xml_fault_at(const struct xml *);

#endif
