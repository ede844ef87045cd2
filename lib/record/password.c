/* SPDX-License-Identifier: ISC */
/* Keeping passwords out of records. */
#include "record/password.h"

#include "xml/jid.h"

#define BLANK "***"
#define NS_FORM "jabber:x:data"

/* The fields that hold one: in which query, and their names. */
static const struct field {
	const char *ns, *name;
} fields[] = {
    {"jabber:iq:register", "password"}, /* XEP-0077 section 14.1 */
    {"jabber:iq:register", "key"},
    {"jabber:iq:auth", "password"}, /* XEP-0078 section 7 */
    {"jabber:iq:auth", "digest"},
};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static bool same(struct span jid, struct span other)
{
	struct buf a = BUF_EMPTY, b = BUF_EMPTY;
	bool is = jid_prepare(&a, jid) && jid_prepare(&b, other) &&
	    span_same(buf_span(&a), buf_span(&b));

	buf_release(&a);
	buf_release(&b);
	return is;
}

/* The account itself, none of its clients, or its server. */
static bool at_home(struct span jid, struct span own)
{
	return !jid.p || (own.n && (same(jid, jid_bare(own)) ||
		same(jid, jid_domain(own))));
}

static bool may_carry(const struct xml_root *r, struct span own, bool sent)
{
	bool known = false;

	if (!span_is(r->local, "iq"))
		return false;
	for (size_t i = 0; i < r->children; i++) {
		for (int k = 0; k < FIELDS; k++)
			known = known || span_is(r->child[i].ns, fields[k].ns);
	}
	if (!known)
		return false;
	if (sent)
		return span_is(r->type, "set") && at_home(r->to, own);
	return (span_is(r->type, "result") || span_is(r->type, "error")) &&
	    at_home(r->from, own);
}

/* Which of the fields has this name, in that query; FIELDS: none. */
static int find_field(const struct stanza *x, uint32_t query,
    struct span name)
{
	int k = 0;

	while (k < FIELDS && !(x->node[query].parent == 0 &&
		   stanza_is(x, query, fields[k].ns, "query") &&
		   span_is(name, fields[k].name)))
		k++;
	return k;
}

/* Which of them the element is that has the text. */
static int field_of(const struct stanza *x, uint32_t element)
{
	uint32_t up = x->node[element].parent, form;

	if (element == 0 || up == 0)
		return FIELDS;
	if (span_same(x->node[element].ns, x->node[up].ns) &&
	    x->node[up].parent == 0)
		return find_field(x, up, x->node[element].local);
	form = x->node[up].parent;
	if (!stanza_is(x, element, NS_FORM, "value") ||
	    !stanza_is(x, up, NS_FORM, "field") || form == 0 ||
	    !stanza_is(x, form, NS_FORM, "x") || x->node[form].parent == 0)
		return FIELDS;
	return find_field(x, x->node[form].parent, stanza_get(x, up, "var"));
}

bool password_blank(struct buf *out, struct stanza *x, const struct xml_root *r,
    struct span canonical, struct span own, bool sent)
{
	const char *from = canonical.p;
	bool seen[FIELDS + 1] = {false}, any = false;

	if (!may_carry(r, own, sent) || stanza_read(x, canonical))
		return false;
	for (uint32_t i = 1; i < x->nodes; i++) {
		struct span raw = x->node[i].raw;
		uint32_t in = x->node[i].parent;
		int k;

		if (x->node[i].name.n || x->node[in].child != i ||
		    x->node[i].next != STANZA_NONE || raw.n > PASSWORD_MAX)
			continue;
		k = field_of(x, in);
		if (k == FIELDS || seen[k])
			continue;
		seen[k] = any = true;
		buf_add(out, from, (size_t)(raw.p - from));
		buf_adds(out, BLANK);
		from = raw.p + raw.n;
	}
	if (any)
		buf_add(out, from, (size_t)(canonical.p + canonical.n - from));
	return any;
}
