/* SPDX-License-Identifier: ISC */
/* What is to be known of an element from its outside, gathered while it is
 * parsed: name, addresses, children; and putting another from into it. */
#ifndef XML_ROOT_H
#define XML_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

struct xml_child {
	struct span local, ns;
};

/* A zeroed one is valid; it keeps its memory from element to element. Strings
 * are without references; those that are names are the parser's and last
 * until its next call. */
struct xml_root {
	struct span local, ns;
	struct span from, to, type, id, version; /* .p NULL: there is none */
	struct xml_child *child;	/* its child elements, in order */
	size_t children;

	/* Places in the canonical form. */
	size_t from_at, from_len; /* the value of from; at 0: none */
	size_t attrs_end;	  /* behind the last attribute */
	size_t attrs;		  /* how many, with the declarations */

	size_t child_cap;
	struct buf values;
};

/* Empty it for another element. */
void xml_root_reset(struct xml_root *);
void xml_root_release(struct xml_root *);

/* Copy the attributes of those above; five as SAX2 has them: local name,
 * prefix, namespace, begin and end of the value. */
void xml_root_attributes(struct xml_root *, int count,
    const unsigned char **five);
void xml_root_child(struct xml_root *, struct span local, struct span ns);

/* Put from (without references) into the canonical form out, in place of the
 * root's own or behind its attributes; the places are adapted. False if the
 * tag has no room for one more. */
bool xml_root_stamp(struct xml_root *, struct buf *out, struct span from);

#endif
