/* SPDX-License-Identifier: ISC */
/* A stanza in canonical form (cup-record(5)), read into a tree of spans over
 * the caller's bytes. The reader is strict: what is not canonical is refused,
 * so a tree is also the proof that the bytes are. No foreign library. */
#ifndef XML_STANZA_H
#define XML_STANZA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	STANZA_DEPTH_MAX = 128,	  /* elements in one another */
	STANZA_ATTRS_MAX = 256,	  /* attributes and declarations of one */
	STANZA_SCOPES_MAX = 256,  /* declarations in force at one place */
	STANZA_NAME_MAX = 1024,	  /* bytes of a name, with its prefix */
};

/* An element of this namespace may have a whole stanza inside: around one there
 * is room for one more element, and declaration, than the limits are. */
#define STANZA_AROUND_NS "urn:cup:review:1"

/* No node, no attribute. */
#define STANZA_NONE UINT32_MAX

struct stanza_attr {
	struct span name;  /* as written, with its prefix */
	struct span local; /* the name without it */
	struct span ns;	   /* namespace, as written (escaped); n 0: none */
	struct span value; /* as written (escaped), without the quotes */
};

struct stanza_node {
	struct span raw;  /* an element: from '<' to its last '>'; a text: all
			   * of it, as written (escaped) */
	struct span name; /* of an element, with its prefix; n 0: a text */
	struct span local, ns;
	uint32_t parent, next, child; /* next sibling, first child */
	uint32_t attr, attrs; /* its attributes, in order; declarations of
			       * namespaces are not among them */
};

/* A zeroed struct is a valid empty one. Node 0 is the root. */
struct stanza {
	struct stanza_node *node;
	size_t nodes, node_cap;
	struct stanza_attr *attr;
	size_t attrs, attr_cap;
	size_t fault; /* offset of what was refused */
	struct stanza_scope *scope; /* the reader's own */
	size_t scopes, scope_cap;
};

/* Read one element that is all of data. Returns NULL, or in a few words why
 * it is not one in canonical form ("is cut off", "has ..."), with the offset
 * in fault; the tree is then empty. The bytes must stay as long as the tree is
 * used; a further call replaces the tree and keeps its memory. */
const char *stanza_read(struct stanza *, struct span data);

void stanza_release(struct stanza *);

/* Whether node is an element of that namespace and local name; a NULL
 * namespace means any. */
bool stanza_is(const struct stanza *, uint32_t node, const char *ns,
    const char *local);

/* The first child element of that kind, or STANZA_NONE. */
uint32_t stanza_child(const struct stanza *, uint32_t node, const char *ns,
    const char *local);

/* The value, as written (escaped), of an attribute without a namespace, or of
 * "xml:lang"; .p NULL if there is none. */
struct span stanza_get(const struct stanza *, uint32_t node,
    const char *name);

/* Whether the root is a message, presence or iq of jabber:client,
 * jabber:server or a component stream (RFC 6120 section 8). */
bool stanza_is_stanza(const struct stanza *);

/* Append the characters that escaped bytes stand for. */
void stanza_unescape(struct buf *, struct span escaped);

/* Append characters (UTF-8, XML characters only) escaped as canonical text,
 * or as a canonical attribute value without its quotes. For text: what is
 * already in the buffer counts for "]]>", as the text may go on from it. */
void stanza_escape_text(struct buf *, struct span chars);
void stanza_escape_attr(struct buf *, struct span chars);

/* Append all the text inside node, unescaped, in document order. */
void stanza_text(const struct stanza *, uint32_t node, struct buf *);

#endif
