/* SPDX-License-Identifier: ISC */
/* What the elements of a stream inherit from its header. */
#ifndef XMLSCOPE_H
#define XMLSCOPE_H

#include "buf.h"
#include "span.h"

/* A zeroed one is valid: nothing, as in a document of its own. Streams whose
 * headers declare the same namespaces share the parser's state. */
struct xml_scope {
	struct buf open; /* a start tag with the header's declarations, in
			  * canonical form */
	struct buf lang; /* its xml:lang; empty: none */
};

/* Inherit what bare stanzas do: that of a jabber:client stream. */
void xml_scope_client(struct xml_scope *);
void xml_scope_release(struct xml_scope *);

/* The default namespace, as written; .p NULL: none. */
struct span xml_scope_content(struct xml_scope *);

#endif
