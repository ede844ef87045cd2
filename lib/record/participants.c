/* SPDX-License-Identifier: ISC */
/* Whom a stanza is from and to. */
#include "record/participants.h"

#include <stdlib.h>

#include "base/mem.h"
#include "xml/jid.h"

static void add(
    struct participants *p, enum participants_side side, struct span raw)
{
	struct participant_list *list = &p->side[side];
	struct participant *one;

	if (!raw.p)
		return;
	if (list->count == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 8;
		list->participant = mem_resize(
		    list->participant, list->cap, sizeof(*list->participant));
	}
	buf_reset(&p->chars);
	stanza_unescape(&p->chars, raw);
	one = &list->participant[list->count++];
	*one = (struct participant){.raw = raw};
	jid_forms(&one->forms, &p->prepared, buf_span(&p->chars));
}

static void add_both(
    struct participants *p, const struct stanza *s, uint32_t node)
{
	add(p, PARTICIPANTS_FROM, stanza_get(s, node, "from"));
	add(p, PARTICIPANTS_TO, stanza_get(s, node, "to"));
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
    struct participants *p, const struct stanza *s, uint32_t node)
{
	static const char *const replies[] = {
	    "replyto", "replyroom", "noreply", NULL};
	struct span type = stanza_get(s, node, "type");

	if (span_is(type, "ofrom"))
		add(p, PARTICIPANTS_FROM, stanza_get(s, node, "jid"));
	else if (!among(type, replies))
		add(p, PARTICIPANTS_TO, stanza_get(s, node, "jid"));
}

static void add_inner(
    struct participants *p, const struct stanza *s, uint32_t node)
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
		add(p, PARTICIPANTS_TO, stanza_get(s, node, "jid"));
	else if (stanza_is(s, node, muc, "item"))
		add(p, PARTICIPANTS_FROM, stanza_get(s, node, "jid"));
}

/* RFC 6120 section 10.3: without a 'to' it is for the sender's account. A
 * presence without one is for all who subscribed (section 10.4). */
static void add_implied(
    struct participants *p, const struct stanza *s, enum event event)
{
	struct span from = stanza_get(s, 0, "from");

	if (event == EVENT_SEND && stanza_is_stanza(s) && from.p &&
	    !stanza_is(s, 0, NULL, "presence") && !stanza_get(s, 0, "to").p)
		add(p, PARTICIPANTS_TO, jid_bare(from));
}

static struct span form(const struct participants *p,
    const struct participant *one, size_t i)
{
	const struct jid_form *f = &one->forms.form[i];

	if (i >= one->forms.count)
		return (struct span){NULL, 0};
	return (struct span){p->prepared.data + f->at, f->len};
}

/* The bytes have found their place. */
static void settle(struct participants *p, struct participant_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct participant *one = &list->participant[i];

		one->jid = form(p, one, 0);
		one->other = form(p, one, 1);
	}
}

void participants_collect(
    struct participants *p, const struct stanza *s, enum event event)
{
	p->side[PARTICIPANTS_FROM].count = p->side[PARTICIPANTS_TO].count = 0;
	buf_reset(&p->prepared);
	if (stanza_is(s, 0, RECORD_NS, "session"))
		add(p, PARTICIPANTS_FROM, stanza_get(s, 0, "jid"));
	else
		add_both(p, s, 0);
	add_implied(p, s, event);
	for (uint32_t i = 1; i < s->nodes; i++) {
		if (s->node[i].name.n)
			add_inner(p, s, i);
	}
	settle(p, &p->side[PARTICIPANTS_FROM]);
	settle(p, &p->side[PARTICIPANTS_TO]);
}

/* Both are prepared. */
static bool is_meant(struct span meant, struct span address)
{
	struct jid m;

	if (!address.p)
		return false;
	if (span_same(meant, address))
		return true;
	if (!jid_split(&m, meant) || m.resource.p)
		return false;
	return span_same(meant,
	    m.local.p ? jid_bare(address) : jid_domain(address));
}

bool participants_have(
    const struct participants *p, struct span meant, unsigned sides)
{
	for (int side = 0; side < PARTICIPANTS_SIDES; side++) {
		const struct participant_list *list = &p->side[side];

		for (size_t i = 0; (sides >> side & 1) && i < list->count; i++) {
			const struct participant *one = &list->participant[i];

			if (is_meant(meant, one->jid) ||
			    is_meant(meant, one->other) ||
			    (!one->jid.p && span_same(meant, one->raw)))
				return true;
		}
	}
	return false;
}

void participants_release(struct participants *p)
{
	if (!p)
		return;
	free(p->side[PARTICIPANTS_FROM].participant);
	free(p->side[PARTICIPANTS_TO].participant);
	buf_release(&p->chars);
	buf_release(&p->prepared);
	*p = (struct participants){0};
}
