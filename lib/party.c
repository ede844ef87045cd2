/* SPDX-License-Identifier: ISC */
/* Who takes part in a stanza. */
#include "party.h"

#include "jid.h"
#include "record.h"

#define FORWARD_NS "urn:xmpp:forward:0"

void party_release(struct party *p)
{
	if (!p)
		return;
	buf_release(&p->chars);
	buf_release(&p->jid);
}

/* Both are prepared. */
static bool is_meant(struct span meant, struct span address)
{
	struct jid m, a;

	if (span_same(meant, address))
		return true;
	if (!jid_split(&m, meant) || !jid_split(&a, address) || m.resource.p)
		return false;
	return m.local.p ? span_same(meant, jid_bare(address))
			 : span_same(meant, a.domain);
}

static bool has(struct party *p, const struct stanza *s, uint32_t node,
    const char *name, struct span meant)
{
	struct span value = stanza_get(s, node, name);

	if (!value.p)
		return false;
	buf_reset(&p->chars);
	buf_reset(&p->jid);
	stanza_unescape(&p->chars, value);
	if (!jid_prepare(&p->jid, buf_span(&p->chars)))
		buf_addspan(&p->jid, buf_span(&p->chars));
	return is_meant(meant, buf_span(&p->jid));
}

/* Whether node has addresses: the root, or a stanza that is forwarded. */
static bool is_addressed(const struct stanza *s, uint32_t node)
{
	const struct stanza_node *n = &s->node[node];

	if (node == 0)
		return true;
	return n->name.n &&
	    stanza_is(s, n->parent, FORWARD_NS, "forwarded") &&
	    !span_is(n->local, "delay");
}

bool party_has(struct party *p, const struct stanza *s, struct span meant,
    unsigned roles)
{
	if (roles & PARTY_FROM && span_is(s->node[0].ns, RECORD_NS) &&
	    has(p, s, 0, "jid", meant))
		return true;
	for (uint32_t n = 0; n < s->nodes; n++) {
		if (!is_addressed(s, n))
			continue;
		if ((roles & PARTY_FROM && has(p, s, n, "from", meant)) ||
		    (roles & PARTY_TO && has(p, s, n, "to", meant)))
			return true;
	}
	return false;
}
