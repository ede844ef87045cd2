/* SPDX-License-Identifier: ISC */
/* Whom a stanza is from and to. */
#include "parties.h"

#include <stdlib.h>

#include "jid.h"
#include "mem.h"

static void add(struct parties *p, enum parties_side side, struct span raw)
{
	struct party_list *list = &p->side[side];
	size_t at = p->prepared.len;

	if (!raw.p)
		return;
	if (list->count == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 8;
		list->party =
		    mem_resize(list->party, list->cap, sizeof(*list->party));
	}
	buf_reset(&p->chars);
	stanza_unescape(&p->chars, raw);
	(void)jid_prepare(&p->prepared, buf_span(&p->chars));
	list->party[list->count++] =
	    (struct party){.raw = raw, .at = at, .len = p->prepared.len - at};
}

static void add_both(struct parties *p, const struct stanza *s, uint32_t node)
{
	add(p, PARTIES_FROM, stanza_get(s, node, "from"));
	add(p, PARTIES_TO, stanza_get(s, node, "to"));
}

static bool among(struct span s, const char *const *words)
{
	while (*words && !span_is(s, *words))
		words++;
	return *words;
}

/* A stanza inside another. What is forwarded counts whatever its namespace,
 * since some clients do not look at it. */
static bool is_inner(const struct stanza *s, uint32_t node)
{
	static const char *const names[] = {"message", "presence", "iq", NULL};
	static const char *const spaces[] = {"jabber:client", "jabber:server",
	    "jabber:component:accept", "jabber:component:connect", NULL};
	const struct stanza_node *n = &s->node[node];

	return among(n->local, names) &&
	       (among(n->ns, spaces) ||
		   stanza_is(s, n->parent, "urn:xmpp:forward:0", "forwarded"));
}

/* XEP-0033: where replies go to is not whom this goes to. */
static void add_extended(
    struct parties *p, const struct stanza *s, uint32_t node)
{
	static const char *const replies[] = {
	    "replyto", "replyroom", "noreply", NULL};
	struct span type = stanza_get(s, node, "type");

	if (span_is(type, "ofrom"))
		add(p, PARTIES_FROM, stanza_get(s, node, "jid"));
	else if (!among(type, replies))
		add(p, PARTIES_TO, stanza_get(s, node, "jid"));
}

static void add_inner(struct parties *p, const struct stanza *s, uint32_t node)
{
	static const char *const muc = "http://jabber.org/protocol/muc#user";

	if (is_inner(s, node))
		add_both(p, s, node);
	else if (stanza_is(
		     s, node, "http://jabber.org/protocol/address", "address"))
		add_extended(p, s, node);
	else if (stanza_is(s, node, muc, "invite") ||
		 stanza_is(s, node, muc, "decline"))
		add_both(p, s, node);
	else if (stanza_is(s, node, "jabber:x:conference", "x"))
		add(p, PARTIES_TO, stanza_get(s, node, "jid"));
}

/* RFC 6120 section 10.3: without a 'to' it is for the sender's account. A
 * presence without one is for all who subscribed (section 10.4). */
static void add_implied(
    struct parties *p, const struct stanza *s, enum event event)
{
	struct span from = stanza_get(s, 0, "from");

	if (event == EVENT_SEND && stanza_is_stanza(s) && from.p &&
	    !stanza_is(s, 0, NULL, "presence") && !stanza_get(s, 0, "to").p)
		add(p, PARTIES_TO, jid_bare(from));
}

/* The bytes have found their place. */
static void settle(struct parties *p, struct party_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct party *one = &list->party[i];

		address_set(&one->address,
		    (struct span){one->len ? p->prepared.data + one->at : NULL,
			one->len});
	}
}

void parties_collect(
    struct parties *p, const struct stanza *s, enum event event)
{
	p->side[PARTIES_FROM].count = p->side[PARTIES_TO].count = 0;
	buf_reset(&p->prepared);
	if (stanza_is(s, 0, RECORD_NS, "session"))
		add(p, PARTIES_FROM, stanza_get(s, 0, "jid"));
	else
		add_both(p, s, 0);
	add_implied(p, s, event);
	for (uint32_t i = 1; i < s->nodes; i++) {
		if (s->node[i].name.n)
			add_inner(p, s, i);
	}
	settle(p, &p->side[PARTIES_FROM]);
	settle(p, &p->side[PARTIES_TO]);
}

void parties_release(struct parties *p)
{
	if (!p)
		return;
	free(p->side[PARTIES_FROM].party);
	free(p->side[PARTIES_TO].party);
	buf_release(&p->chars);
	buf_release(&p->prepared);
	*p = (struct parties){0};
}
