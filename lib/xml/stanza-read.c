/* SPDX-License-Identifier: ISC */
/* The strict reader of the canonical form: one pass, no recursion. */
#include "xml/stanza-internal.h"

#include <string.h>

#include "xml/characters.h"
#include "xml/name.h"

/* An element that is open. */
struct level {
	uint32_t node, last; /* last: its latest child */
	size_t scopes;       /* as many as were there before it */
	struct span ns;      /* the default namespace inside */
};

struct reader {
	struct stanza *s;
	const char *begin, *p, *end;
	const char *why;
	size_t depth;
	size_t around; /* 1: the root may have a whole stanza inside */
	struct level level[STANZA_DEPTH_MAX + 1];
};

static bool fail(struct reader *r, const char *at, const char *why)
{
	r->why = why;
	r->s->fault = (size_t)(at - r->begin);
	return false;
}

/* The next byte; NUL, which is nowhere allowed, at the end. */
static inline char peek(const struct reader *r)
{
	return r->p < r->end ? *r->p : '\0';
}

static bool unexpected(struct reader *r, const char *why)
{
	return fail(r, r->p, r->p == r->end ? "is cut off" : why);
}

static struct stanza_node *add_node(struct reader *r)
{
	struct stanza *s = r->s;
	struct stanza_node *n;
	uint32_t id = (uint32_t)s->nodes;

	if (s->nodes == s->node_cap)
		s->node = stanza_grown(s->node, &s->node_cap, sizeof(*s->node));
	n = &s->node[s->nodes++];
	n->raw = (struct span){r->p, 0};
	n->name = n->local = n->ns = n->raw;
	n->parent = n->next = n->child = STANZA_NONE;
	n->attr = (uint32_t)s->attrs;
	n->attrs = 0;
	if (r->depth) {
		struct level *up = &r->level[r->depth - 1];

		n->parent = up->node;
		if (up->last == STANZA_NONE)
			s->node[up->node].child = id;
		else
			s->node[up->last].next = id;
		up->last = id;
	}
	return n;
}

static struct stanza_attr *add_attr(struct stanza *s)
{
	if (s->attrs == s->attr_cap)
		s->attr = stanza_grown(s->attr, &s->attr_cap, sizeof(*s->attr));
	return &s->attr[s->attrs++];
}

static bool declare(
    struct reader *r, size_t first, struct span prefix, struct span ns)
{
	const char *why = stanza_declare(r->s, first,
	    STANZA_SCOPES_MAX + r->around, prefix, ns);

	return !why || fail(r, prefix.p, why);
}

static bool resolve(struct reader *r, struct stanza_node *n, struct span ns)
{
	const char *at, *why = stanza_resolve(r->s, n, ns, &at);

	return !why || fail(r, at, why);
}

static bool read_name(struct reader *r, struct span *name, struct span *local)
{
	size_t left = (size_t)(r->end - r->p);
	size_t n = xmlname_len(r->p, left), m;

	if (n == 0)
		return unexpected(r, "has something where a name belongs");
	*name = *local = (struct span){r->p, n};
	if (n < left && r->p[n] == ':') {
		m = xmlname_len(r->p + n + 1, left - n - 1);
		*local = (struct span){r->p + n + 1, m};
		name->n = n + 1 + m;
		if (m == 0) {
			r->p += n + 1;
			return unexpected(r, "has an empty local name");
		}
	}
	if (name->n > STANZA_NAME_MAX)
		return fail(r, r->p, "has too long a name");
	r->p += name->n;
	return true;
}

/* Go over characters up to the '<' or '"' that ends them. */
static bool read_chars(struct reader *r, bool text)
{
	const char *why = NULL;

	r->p = xmltext_end(r->p, r->end, text, &why);
	return !why || fail(r, r->p, why);
}

/* One attribute or declaration, from its name on. */
static bool read_attr(
    struct reader *r, struct stanza_node *n, size_t first, struct span *ns)
{
	struct span name, local, prefix, value;

	if (!read_name(r, &name, &local))
		return false;
	if (r->end - r->p < 2 || r->p[0] != '=' || r->p[1] != '"')
		return unexpected(r, "has an attribute without =\"\"");
	value.p = r->p += 2;
	if (!read_chars(r, false))
		return false;
	value.n = (size_t)(r->p++ - value.p);
	prefix = stanza_prefix(name, local);
	if (!span_is(prefix.n ? prefix : name, "xmlns")) {
		*add_attr(r->s) =
		    (struct stanza_attr){name, local, {name.p, 0}, value};
		n->attrs++;
		return true;
	}
	if (n->attrs)
		return fail(r, name.p, "has a declaration after an attribute");
	if (!prefix.n)
		*ns = value;
	prefix = prefix.n ? local : (struct span){name.p, 0};
	return declare(r, first, prefix, value);
}

static void close_node(struct reader *r, struct stanza_node *n, size_t scopes)
{
	n->raw.n = (size_t)(r->p - n->raw.p);
	r->s->scopes = scopes;
}

static bool read_start(struct reader *r)
{
	struct stanza *s = r->s;
	struct stanza_node *n = add_node(r);
	struct span ns = {r->p, 0};
	size_t scopes = s->scopes;

	if (r->depth)
		ns = r->level[r->depth - 1].ns;
	if (r->depth == STANZA_DEPTH_MAX + r->around)
		return fail(r, r->p, "is too deep");
	r->p++;
	if (!read_name(r, &n->name, &n->local))
		return false;
	while (peek(r) == ' ') {
		r->p++;
		if (n->attrs + s->scopes - scopes == STANZA_ATTRS_MAX)
			return fail(r, r->p, "has too many attributes");
		if (!read_attr(r, n, scopes, &ns))
			return false;
	}
	if (!resolve(r, n, ns))
		return false;
	if (!r->depth)
		r->around = span_is(n->ns, STANZA_AROUND_NS);
	if (r->end - r->p >= 2 && r->p[0] == '/' && r->p[1] == '>') {
		r->p += 2;
		close_node(r, n, scopes);
		return true;
	}
	if (peek(r) != '>')
		return unexpected(r, "has something odd in a tag");
	r->p++;
	r->level[r->depth++] =
	    (struct level){(uint32_t)(n - s->node), STANZA_NONE, scopes, ns};
	return true;
}

static bool read_end(struct reader *r)
{
	struct level *up = &r->level[r->depth - 1];
	struct stanza_node *n = &r->s->node[up->node];
	size_t left = (size_t)(r->end - r->p);

	if (left < n->name.n + 3)
		return fail(r, r->p, "is cut off");
	if (memcmp(r->p + 2, n->name.p, n->name.n) != 0 ||
	    r->p[n->name.n + 2] != '>')
		return fail(r, r->p, "has tags that do not match");
	if (n->child == STANZA_NONE)
		return fail(r, r->p, "has an empty element with two tags");
	r->p += n->name.n + 3;
	close_node(r, n, up->scopes);
	r->depth--;
	return true;
}

static bool read_text(struct reader *r)
{
	struct stanza_node *n = add_node(r);

	if (!read_chars(r, true))
		return false;
	n->raw.n = (size_t)(r->p - n->raw.p);
	return true;
}

static bool read_all(struct reader *r)
{
	bool ok;

	if (peek(r) != '<')
		return unexpected(r, "does not begin with an element");
	do {
		if (peek(r) != '<')
			ok = read_text(r);
		else if (r->depth && r->end - r->p > 1 && r->p[1] == '/')
			ok = read_end(r);
		else
			ok = read_start(r);
	} while (ok && r->depth);
	if (ok && r->p < r->end)
		return fail(r, r->p, "goes on after its element");
	return ok;
}

const char *stanza_read(struct stanza *s, struct span data)
{
	struct reader r;

	r.s = s;
	r.begin = r.p = data.p;
	r.end = data.p + data.n;
	r.depth = r.around = 0;
	s->nodes = s->attrs = s->scopes = s->fault = 0;
	if (read_all(&r))
		return NULL;
	s->nodes = s->attrs = 0;
	return r.why;
}
