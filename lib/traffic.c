/* SPDX-License-Identifier: ISC */
/* What the elements of a stream mean. */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

#include "jid.h"
#include "mem.h"

#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_SM "urn:xmpp:sm:3"

enum kind { KIND_NONE, KIND_MESSAGE, KIND_PRESENCE, KIND_IQ };

unsigned traffic_events(const char *list, struct span *unknown)
{
	static const struct {
		const char *name;
		unsigned events;
	} words[] = {{"message", TRAFFIC_MESSAGE}, {"muc", TRAFFIC_MUC},
	    {"login", TRAFFIC_LOGIN}, {"logout", TRAFFIC_LOGOUT},
	    {"presence", TRAFFIC_PRESENCE}, {"iq", TRAFFIC_IQ},
	    {"all", TRAFFIC_ALL}};
	unsigned events = 0;

	for (;; list++) {
		struct span word = {list, strcspn(list, ",")};
		unsigned found = 0;

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			if (span_is(word, words[i].name))
				found = words[i].events;
		}
		if (!found) {
			*unknown = word;
			return 0;
		}
		events |= found;
		list += word.n;
		if (!*list)
			return events;
	}
}

void traffic_init(struct traffic *t, const struct home *home,
    unsigned events)
{
	*t = (struct traffic){.home = home, .events = events};
	buf_addspan(&t->own, buf_span(&home->as));
}

void traffic_release(struct traffic *t)
{
	if (!t)
		return;
	buf_release(&t->own);
	buf_release(&t->jid);
	buf_release(&t->text);
	stanza_release(&t->stanza);
	free(t->room);
	*t = (struct traffic){0};
}

void traffic_open(struct traffic *t, const struct xml_root *header,
    struct span content)
{
	t->side = header->id.p ? TRAFFIC_RESPONDER : TRAFFIC_INITIATOR;
	t->server = span_is(content, "jabber:server") ||
	    span_starts(content, "jabber:component:");
	t->logged_in = false;
	t->rooms = 0;
	buf_reset(&t->own);
	buf_addspan(&t->own, buf_span(&t->home->as));
}

bool traffic_close(struct traffic *t)
{
	bool out = t->logged_in;

	t->logged_in = false;
	t->rooms = 0;
	return out;
}

static enum kind kind_of(const struct xml_root *r)
{
	if (!span_is(r->ns, "jabber:client") &&
	    !span_is(r->ns, "jabber:server") &&
	    !span_is(r->ns, "jabber:component:accept") &&
	    !span_is(r->ns, "jabber:component:connect"))
		return KIND_NONE;
	if (span_is(r->local, "message"))
		return KIND_MESSAGE;
	if (span_is(r->local, "presence"))
		return KIND_PRESENCE;
	return span_is(r->local, "iq") ? KIND_IQ : KIND_NONE;
}

static bool has_child(const struct xml_root *r, const char *ns,
    const char *local)
{
	for (size_t i = 0; i < r->children; i++) {
		if (span_is(r->child[i].ns, ns) &&
		    span_is(r->child[i].local, local))
			return true;
	}
	return false;
}

/* FNV-1a of the prepared bare JID; 0 if it is none. */
static uint64_t room_of(struct traffic *t, struct span to)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	buf_reset(&t->jid);
	if (!to.p || !jid_prepare(&t->jid, jid_bare(to)))
		return 0;
	for (size_t i = 0; i < t->jid.len; i++)
		hash = (hash ^ (unsigned char)t->jid.data[i]) *
		    UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

static void join(struct traffic *t, uint64_t room)
{
	for (size_t i = 0; i < t->rooms; i++) {
		if (t->room[i] == room)
			return;
	}
	if (!room || t->rooms == TRAFFIC_ROOMS)
		return;
	if (!t->room)
		t->room = mem_resize(NULL, TRAFFIC_ROOMS, sizeof(*t->room));
	t->room[t->rooms++] = room;
}

/* Where there were too many rooms to remember, any may be one of them. */
static bool leave(struct traffic *t, uint64_t room)
{
	for (size_t i = 0; i < t->rooms; i++) {
		if (t->room[i] == room) {
			if (t->rooms < TRAFFIC_ROOMS)
				t->room[i] = t->room[--t->rooms];
			return true;
		}
	}
	return room && t->rooms == TRAFFIC_ROOMS;
}

/* XEP-0045 sections 7.2 and 7.14. */
static bool is_muc(struct traffic *t, const struct xml_root *r)
{
	if (has_child(r, NS_MUC, "x")) {
		if (!r->type.p)
			join(t, room_of(t, r->to));
		return true;
	}
	if (has_child(r, NS_MUC_USER, "x"))
		return true;
	return t->rooms && span_is(r->type, "unavailable") &&
	    leave(t, room_of(t, r->to));
}

static bool wanted(struct traffic *t, enum kind kind,
    const struct xml_root *r, bool whole)
{
	unsigned events = t->events;
	bool muc;

	switch (kind) {
	case KIND_MESSAGE:
		return events & TRAFFIC_MESSAGE;
	case KIND_PRESENCE:
		/* Of one that is not whole, what is inside cannot be told. */
		muc = is_muc(t, r) || !whole;
		return (events & TRAFFIC_PRESENCE) ||
		    (muc && (events & TRAFFIC_MUC));
	case KIND_IQ:
		return events & TRAFFIC_IQ;
	default:
		return false;
	}
}

/* The text of the element that the path of names leads to, if it is a JID. */
static bool read_own(struct traffic *t, struct span canonical, const char *ns,
    const char *outer, const char *inner)
{
	uint32_t node = 0;

	if (stanza_read(&t->stanza, canonical))
		return false;
	if (outer)
		node = stanza_child(&t->stanza, node, ns, outer);
	if (node != STANZA_NONE)
		node = stanza_child(&t->stanza, node, ns, inner);
	if (node == STANZA_NONE)
		return false;
	buf_reset(&t->text);
	stanza_text(&t->stanza, node, &t->text);
	buf_reset(&t->jid);
	if (!jid_prepare(&t->jid, buf_span(&t->text)))
		return false;
	buf_reset(&t->own);
	buf_addspan(&t->own, buf_span(&t->text));
	return true;
}

static enum traffic_meaning login(struct traffic *t)
{
	t->logged_in = true;
	return TRAFFIC_SESSION;
}

/* RFC 6120 section 7.6: what the server bound; where only the client's side
 * is known, that it asked. */
static enum traffic_meaning bind(struct traffic *t, const struct xml_root *r,
    struct span canonical)
{
	if (t->logged_in)
		return TRAFFIC_NOTHING;
	if (span_is(r->type, "result") && t->side != TRAFFIC_INITIATOR)
		return read_own(t, canonical, NS_BIND, "bind", "jid")
		    ? login(t)
		    : TRAFFIC_NOTHING;
	if (span_is(r->type, "set") && t->side != TRAFFIC_RESPONDER &&
	    t->home->as.len)
		return login(t);
	return TRAFFIC_NOTHING;
}

/* Elements that are no stanzas: Bind 2 (XEP-0386, inside XEP-0388), and the
 * resumption of a session that we know the name of (XEP-0198). */
static enum traffic_meaning nonza(struct traffic *t,
    const struct xml_root *r, struct span canonical)
{
	if (t->side == TRAFFIC_INITIATOR || t->logged_in)
		return TRAFFIC_NOTHING;
	if (span_is(r->ns, NS_SASL2) && span_is(r->local, "success") &&
	    read_own(t, canonical, NS_SASL2, NULL, "authorization-identifier"))
		return memchr(t->own.data, '/', t->own.len) ? login(t)
							    : TRAFFIC_NOTHING;
	if (span_is(r->ns, NS_SM) && span_is(r->local, "resumed") &&
	    t->home->as.len)
		return login(t);
	return TRAFFIC_NOTHING;
}

static enum traffic_meaning by_domain(struct traffic *t,
    const struct xml_root *r)
{
	enum traffic_meaning other = t->side == TRAFFIC_RESPONDER
	    ? TRAFFIC_RECV
	    : TRAFFIC_SEND;

	if (!t->home->domains || (!r->from.p && !r->to.p))
		return other;
	if (home_local(t->home, r->from, &t->jid))
		return TRAFFIC_SEND;
	if (home_local(t->home, r->to, &t->jid))
		return TRAFFIC_RECV;
	return t->side == TRAFFIC_HEADERLESS ? TRAFFIC_FOREIGN : other;
}

/* A recording without a header, perhaps of both sides. */
static enum traffic_meaning by_own(struct traffic *t, const struct xml_root *r,
    struct span *from)
{
	struct span as = buf_span(&t->home->as);
	bool ours = home_same(t->home, r->from, &t->jid);
	bool to_us = home_same(t->home, r->to, &t->jid);

	if (!r->from.p && to_us) {
		*from = jid_bare(as);
		return TRAFFIC_RECV;
	}
	if (!r->from.p || ours) {
		/* Of two names for the same account the fuller one stays. */
		if (!r->from.p || jid_bare(as).n < as.n)
			*from = as;
		return TRAFFIC_SEND;
	}
	return to_us ? TRAFFIC_RECV : by_domain(t, r);
}

static enum traffic_meaning direction(struct traffic *t,
    const struct xml_root *r, struct span *from)
{
	bool as = t->home->as.len > 0;

	if (t->side == TRAFFIC_INITIATOR && as) {
		*from = buf_span(&t->home->as);
		return TRAFFIC_SEND;
	}
	/* RFC 6120 section 8.1.2.1: what comes without a sender comes from
	 * the account itself. */
	if (t->side == TRAFFIC_RESPONDER && (as || !t->server)) {
		if (!r->from.p && t->own.len)
			*from = jid_bare(buf_span(&t->own));
		return TRAFFIC_RECV;
	}
	if (t->side == TRAFFIC_INITIATOR && !t->server)
		return TRAFFIC_SEND;
	if (t->side == TRAFFIC_HEADERLESS && as)
		return by_own(t, r, from);
	return by_domain(t, r);
}

enum traffic_meaning traffic_element(struct traffic *t,
    const struct xml_root *r, struct span canonical, bool whole,
    struct span *from)
{
	enum kind kind = kind_of(r);

	*from = (struct span){NULL, 0};
	if (kind == KIND_NONE)
		return whole ? nonza(t, r, canonical) : TRAFFIC_NOTHING;
	if (kind == KIND_IQ && has_child(r, NS_BIND, "bind"))
		return bind(t, r, canonical);
	if (!wanted(t, kind, r, whole))
		return TRAFFIC_NOTHING;
	return direction(t, r, from);
}
