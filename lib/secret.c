/* SPDX-License-Identifier: ISC */
/* Keeping passwords out of records. */
#include "secret.h"

#include "jid.h"

#define BLANK "***"

static bool is_namespace(struct span ns)
{
	return span_is(ns, "jabber:iq:register") ||
	    span_is(ns, "jabber:iq:auth");
}

static bool same(struct span jid, struct span other)
{
	struct buf a = BUF_EMPTY, b = BUF_EMPTY;
	bool is = jid_prepare(&a, jid) && jid_prepare(&b, other) &&
	    span_same(buf_span(&a), buf_span(&b));

	buf_release(&a);
	buf_release(&b);
	return is;
}

/* The account, or its server. */
static bool at_home(struct span jid, struct span own)
{
	return !jid.p || (own.n && (same(jid_bare(jid), jid_bare(own)) ||
		same(jid, jid_domain(own))));
}

bool secret_carried(const struct xml_root *r, struct span own)
{
	if (!span_is(r->local, "iq"))
		return false;
	for (size_t i = 0; i < r->children; i++) {
		if (is_namespace(r->child[i].ns))
			return at_home(r->to, own) && at_home(r->from, own);
	}
	return false;
}

/* A text inside the element in question, and of what there is no name. */
static bool hidden(const struct stanza *x, uint32_t text)
{
	uint32_t in = x->node[text].parent, top = in;
	uint32_t field = x->node[in].parent;

	if (in == 0)
		return false;
	while (x->node[top].parent != 0)
		top = x->node[top].parent;
	if (!is_namespace(x->node[top].ns))
		return false;
	if (span_is(x->node[in].local, "username"))
		return false;
	return !(span_is(x->node[in].local, "value") && field != 0 &&
	    (span_is(stanza_get(x, field, "var"), "username") ||
		span_is(stanza_get(x, field, "var"), "FORM_TYPE")));
}

bool secret_blank(struct buf *out, struct stanza *x, struct span canonical)
{
	const char *from = canonical.p;

	if (stanza_read(x, canonical))
		return false;
	for (uint32_t i = 1; i < x->nodes; i++) {
		struct span raw = x->node[i].raw;

		if (x->node[i].name.n || !hidden(x, i))
			continue;
		buf_add(out, from, (size_t)(raw.p - from));
		buf_adds(out, BLANK);
		from = raw.p + raw.n;
	}
	buf_add(out, from, (size_t)(canonical.p + canonical.n - from));
	return true;
}
