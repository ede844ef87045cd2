/* SPDX-License-Identifier: ISC */
/* What the elements of a stream inherit from its header. */
#ifndef XML_SCOPE_H
#define XML_SCOPE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum { XML_SPREAD_MAX = 1024 * 1024 };

/* What an element may have, with the words for one that has more. */
struct xml_limits {
	unsigned depth;	 /* elements in one another */
	unsigned attrs;	 /* attributes and declarations of one */
	unsigned name;	 /* bytes of a name, with its prefix */
	unsigned scopes; /* declarations in force at one place: as they are
			  * or, where spread is not 0, if each element and
			  * each prefixed attribute had its own, */
	size_t spread;	 /* and the bytes of all those */
	const char *too_deep, *too_many, *too_long, *too_many_scopes, *too_wide;
};

/* Those of the canonical form (cup-record(5)), for what a server sends. */
extern const struct xml_limits xml_limits_form;
/* Stricter ones, for what a client sends: they leave room for all that
 * servers add on its way to another client: language, ids, times, a
 * declaration for each attribute, carbons (XEP-0280), archives (XEP-0313). */
extern const struct xml_limits xml_limits_sent;

/* A zeroed one is valid: nothing, as in a document of its own. Streams whose
 * headers declare the same namespaces share the parser's state. */
struct xml_scope {
	struct buf open; /* a start tag with the header's declarations, in
			  * canonical form */
	struct buf lang; /* its xml:lang; empty: none */
	const struct xml_limits *limits; /* NULL: those of the form */
};

/* Inherit what bare stanzas do: that of a jabber:client stream. */
void xml_scope_client(struct xml_scope *);
void xml_scope_release(struct xml_scope *);

/* The default namespace, as written; .p NULL: none. */
struct span xml_scope_content(struct xml_scope *);

#endif
