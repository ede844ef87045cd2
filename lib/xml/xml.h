/* SPDX-License-Identifier: ISC */
/* XML from outside: one parser vets an element and writes it in canonical
 * form (cup-record(5)) in the same pass. Elements are framed by scan.h first,
 * which limits what this is given. */
/* lib/xml is what a stanza is. At the top go in the bytes of a stream from
 * anybody; at the bottom come out elements in canonical form, trees of spans
 * over them, and bytes for a stream again.
 *
 * scan.h frames: it finds where an element ends, and what is beyond a limit
 * (oversize.h). xml.h (libxml2) vets what was framed and has canon.h write its
 * canonical form, with what its stream's header says in scope.h and what is to
 * be known from outside in root.h. stanza.h reads that form, and no other, into
 * a tree; jid.h, text.h, xpath.h, schema.h (on shape.h) and same-stanza.h look
 * at it. An address is brought into the forms in which it is compared by prep.h
 * (libidn), precis.h (utf8proc) and domain.h. wire.h writes stanzas and stream errors to a stream,
 * bounce.h stanza errors. document.h is for XML that came as a whole. */
#ifndef XML_XML_H
#define XML_XML_H

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "xml/root.h"
#include "xml/scope.h"

/* The parser. One serves any number of streams, one element at a time; it is
 * renewed when it has seen many names, so its memory stays bounded. */
struct xml;

struct xml *xml_new(void);
void xml_free(struct xml *);

/* Read the start tag that opens a stream. Returns NULL and sets scope and
 * root (without children or places), or says in a few words what is wrong
 * with it, as xml_element does. */
const char *xml_header(struct xml *, struct span tag, struct xml_scope *,
    struct xml_root *);

/* Vet one element of a stream and write its canonical form to out, replacing
 * what was there. Returns NULL, or says in a few words, borrowed until the
 * next call, why it is not well-formed (XML 1.0, Namespaces in XML 1.0,
 * RFC 6120 section 11), or beyond the limits of the scope. */
const char *xml_element(struct xml *, const struct xml_scope *,
    struct span data, struct buf *out, struct xml_root *);

/* Where in data the fault was that was just returned. */
size_t xml_fault_at(const struct xml *);

#endif
