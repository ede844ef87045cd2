/* SPDX-License-Identifier: ISC */
/* The canonical form of cup-record(5), written from a parser's events. Names
 * are interned by the parser (the same prefix is the same pointer); strings
 * are NUL-terminated UTF-8 without references. Used by xml.c alone. */
#ifndef XML_CANON_H
#define XML_CANON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "xml/root.h"
#include "xml/scope.h"
#include "xml/stanza.h"

/* A parser's string. */
typedef const unsigned char *canon_name;

/* Declarations: count pairs of prefix (NULL: the default namespace) and
 * namespace (NULL: none). */
struct canon_spaces {
	int count;
	canon_name *pair;
};

/* Attributes: count times local name, prefix or NULL, namespace, and where
 * the value begins and ends. */
struct canon_attrs {
	int count;
	canon_name *five;
};

struct canon {
	/* What the stream's header declared. */
	canon_name inherited[STANZA_ATTRS_MAX][2];
	bool used[STANZA_ATTRS_MAX]; /* inside the present element */
	size_t inheriteds;

	/* The present element. */
	struct buf *out;
	struct xml_root *root;
	struct span lang;  /* to be inherited; n 0: none */
	const struct xml_limits *limits;
	size_t spread;	   /* bytes, if all namespaces were declared anew, */
	unsigned cost[STANZA_DEPTH_MAX + 1]; /* and declarations in force; */
	canon_name space[STANZA_DEPTH_MAX + 1]; /* of the elements open */
	unsigned depth;	   /* elements open */
	bool tag_open;	   /* the last start tag lacks its '>' */
	bool done;	   /* its end was seen */
	const char *why;   /* the first fault, in a few words */
	size_t decl_end;   /* behind the root's declarations */
	size_t scopes, scopes_max;
	canon_name declared[STANZA_SCOPES_MAX];	    /* prefixes in force */
	unsigned short level[STANZA_DEPTH_MAX + 1]; /* scopes outside */
};

/* A new parser: its elements inherit these declarations. */
void canon_inherit(struct canon *, struct canon_spaces);

/* Write a start tag with declarations and nothing else. */
void canon_open_tag(struct buf *out, canon_name prefix, canon_name local,
    struct canon_spaces);

/* Begin an element; root's places are set on the way. */
void canon_begin(struct canon *, struct buf *out, struct xml_root *root,
    const struct xml_scope *);

/* The events. After a fault they do nothing. */
void canon_start(struct canon *, canon_name local, canon_name prefix,
    canon_name uri, struct canon_spaces, struct canon_attrs);
void canon_end(struct canon *, canon_name local, canon_name prefix);
void canon_text(struct canon *, struct span text);

/* At the end: declare on the root what was inherited and used. */
void canon_finish(struct canon *);

struct span canon_span(canon_name);
struct span canon_value(const struct canon_attrs *, int i);
bool canon_is_lang(const struct canon_attrs *, int i);

#endif
