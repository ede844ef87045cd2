/* SPDX-License-Identifier: ISC */
/* What the reader of the canonical form shares; used by stanza*.c alone. */
#ifndef XML_STANZA_INTERNAL_H
#define XML_STANZA_INTERNAL_H

#include "base/mem.h"
#include "xml/stanza.h"

/* A namespace declared; prefix.n 0: the default one. */
struct stanza_scope {
	struct span prefix, ns;
};

/* stanza-names.c: add a declaration, of an element whose first one has the
 * number first, where there may be max. NULL, or why it is wrong. */
const char *stanza_declare(struct stanza *, size_t first, size_t max,
    struct span prefix, struct span ns);

/* Find the namespaces of an element and its attributes; ns is the default one.
 * NULL, or why there is one that has none, or is there twice, and where. */
const char *stanza_resolve(struct stanza *, struct stanza_node *,
    struct span ns, const char **at);

static inline void *stanza_grown(void *array, size_t *cap, size_t size)
{
	*cap = *cap ? *cap * 2 : 32;
	return mem_resize(array, *cap, size);
}

static inline struct span stanza_prefix(struct span name, struct span local)
{
	return (struct span){
	    name.p, name.n > local.n ? name.n - local.n - 1 : 0};
}

#endif
