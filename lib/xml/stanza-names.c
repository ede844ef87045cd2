/* SPDX-License-Identifier: ISC */
/* Which namespaces the names of a stanza are in (Namespaces in XML 1.0). */
#include "xml/stanza-internal.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"
#define XMLNS_NS "http://www.w3.org/2000/xmlns/"

static struct stanza_scope *add_scope(struct stanza *s)
{
	if (s->scopes == s->scope_cap)
		s->scope = stanza_grown(s->scope, &s->scope_cap,
		    sizeof(*s->scope));
	return &s->scope[s->scopes++];
}

/* Section 3. */
static const char *check_declaration(struct span prefix, struct span ns)
{
	if (span_is(prefix, "xml") || span_is(prefix, "xmlns"))
		return "declares a reserved prefix";
	if (span_is(ns, XML_NS) || span_is(ns, XMLNS_NS))
		return "declares a reserved namespace";
	if (prefix.n && ns.n == 0)
		return "declares a prefix for no namespace";
	return NULL;
}

const char *stanza_declare(struct stanza *s, size_t first, size_t max,
    struct span prefix, struct span ns)
{
	const char *why = check_declaration(prefix, ns);

	if (why)
		return why;
	for (size_t i = first; i < s->scopes; i++) {
		if (span_same(s->scope[i].prefix, prefix))
			return "declares a prefix twice";
	}
	if (s->scopes == max)
		return "declares too many namespaces";
	*add_scope(s) = (struct stanza_scope){prefix, ns};
	return NULL;
}

static bool find_ns(const struct stanza *s, struct span prefix,
    struct span *ns)
{
	for (size_t i = s->scopes; i-- > 0;) {
		if (span_same(s->scope[i].prefix, prefix)) {
			*ns = s->scope[i].ns;
			return true;
		}
	}
	*ns = (struct span){XML_NS, sizeof(XML_NS) - 1};
	return span_is(prefix, "xml");
}

static bool same_attr(const struct stanza_attr *a, const struct stanza_attr *b)
{
	if (span_same(a->name, b->name))
		return true;
	return a->ns.n && span_same(a->local, b->local) &&
	       span_same(a->ns, b->ns);
}

static const char *resolve_attrs(struct stanza *s, struct stanza_node *n,
    const char **at)
{
	struct stanza_attr *a = n->attrs ? &s->attr[n->attr] : NULL;

	for (uint32_t i = 0; i < n->attrs; i++) {
		struct span prefix = stanza_prefix(a[i].name, a[i].local);

		*at = a[i].name.p;
		if (prefix.n && !find_ns(s, prefix, &a[i].ns))
			return "has an undeclared prefix";
		for (uint32_t j = 0; j < i; j++) {
			if (same_attr(&a[i], &a[j]))
				return "has an attribute twice";
		}
	}
	return NULL;
}

const char *stanza_resolve(struct stanza *s, struct stanza_node *n,
    struct span ns, const char **at)
{
	struct span prefix = stanza_prefix(n->name, n->local);

	n->ns = ns;
	*at = prefix.p;
	if (prefix.n && !find_ns(s, prefix, &n->ns))
		return "has an undeclared prefix";
	return resolve_attrs(s, n, at);
}
