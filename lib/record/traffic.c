/* SPDX-License-Identifier: ISC */
/* What the elements of a stream mean. */
#include "record/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "record/content.h"
#include "record/direction.h"
#include "xml/jid.h"

#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_SM "urn:xmpp:sm:3"

unsigned traffic_events(const char *list, struct span *unknown)
{
	static const struct {
		const char *name;
		unsigned events;
	} words[] = {{"message", TRAFFIC_MESSAGE}, {"muc", TRAFFIC_MUC},
	    {"login", TRAFFIC_LOGIN}, {"logout", TRAFFIC_LOGOUT},
	    {"presence", TRAFFIC_PRESENCE}, {"iq", TRAFFIC_IQ},
	    {"content", TRAFFIC_CONTENT}, {"all", TRAFFIC_ALL}};
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

void traffic_init(struct traffic *t, const struct local *local,
    unsigned events)
{
	*t = (struct traffic){.local = local, .events = events};
	(void)traffic_own(t, buf_span(&local->as));
}

bool traffic_own(struct traffic *t, struct span jid)
{
	buf_reset(&t->own_whole);
	buf_reset(&t->own);
	if (!jid_prepare(&t->own_whole, jid))
		return false;
	buf_addspan(&t->own, jid);
	return true;
}

void traffic_release(struct traffic *t)
{
	if (!t)
		return;
	buf_release(&t->own);
	buf_release(&t->own_whole);
	free(t->asked);
	buf_release(&t->jid);
	buf_release(&t->text);
	stanza_release(&t->stanza);
	free(t->room);
	*t = (struct traffic){0};
}

enum traffic_side traffic_side_of(const struct xml_root *header)
{
	return header->id.p ? TRAFFIC_RESPONDER : TRAFFIC_INITIATOR;
}

void traffic_open(struct traffic *t, const struct xml_root *header,
    struct span content)
{
	enum traffic_side side = traffic_side_of(header);

	t->server = span_is(content, "jabber:server") ||
	    span_starts(content, "jabber:component:");
	if (t->side == (TRAFFIC_BOTH ^ side)) {
		t->side = TRAFFIC_BOTH;
		return;
	}
	t->side = side;
	t->logged_in = t->by_asking = t->mixed = false;
	t->rooms = 0;
	(void)traffic_own(t, buf_span(&t->local->as));
}

bool traffic_close(struct traffic *t)
{
	bool out = t->logged_in;

	t->logged_in = false;
	t->rooms = 0;
	return out;
}

static enum traffic_kind kind_of(const struct xml_root *r)
{
	if (!span_is(r->ns, "jabber:client") &&
	    !span_is(r->ns, "jabber:server") &&
	    !span_is(r->ns, "jabber:component:accept") &&
	    !span_is(r->ns, "jabber:component:connect"))
		return TRAFFIC_KIND_NONE;
	if (span_is(r->local, "message"))
		return TRAFFIC_KIND_MESSAGE;
	if (span_is(r->local, "presence"))
		return TRAFFIC_KIND_PRESENCE;
	return span_is(r->local, "iq") ? TRAFFIC_KIND_IQ : TRAFFIC_KIND_NONE;
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

/* Of the prepared bare JID; 0 if it is none. */
static uint64_t room_of(struct traffic *t, struct span to)
{
	uint64_t hash;

	buf_reset(&t->jid);
	if (!to.p || !jid_prepare(&t->jid, jid_bare(to)))
		return 0;
	hash = fnv_hash(buf_span(&t->jid));
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

/* Of one that is not whole, what is inside cannot be told. */
static bool has_words(struct traffic *t, const struct xml_root *r,
    struct span canonical, bool whole)
{
	return (t->events & TRAFFIC_WORDS) &&
	    (!whole || content_is(&t->stanza, r, canonical));
}

static bool wanted(struct traffic *t, enum traffic_kind kind,
    const struct xml_root *r, struct span canonical, bool whole)
{
	unsigned events = t->events;
	bool muc;

	switch (kind) {
	case TRAFFIC_KIND_MESSAGE:
		return events & TRAFFIC_MESSAGE;
	case TRAFFIC_KIND_PRESENCE:
		muc = is_muc(t, r) || !whole;
		return (events & TRAFFIC_PRESENCE) ||
		    (muc && (events & TRAFFIC_MUC)) ||
		    has_words(t, r, canonical, whole);
	case TRAFFIC_KIND_IQ:
		return (events & TRAFFIC_IQ) ||
		    has_words(t, r, canonical, whole);
	default:
		return false;
	}
}

/* The text of the element that the path of names leads to, if it is a JID. */
static bool read_jid(struct traffic *t, struct span canonical, const char *ns,
    const char *outer, const char *inner)
{
	uint32_t node = 0;

	buf_reset(&t->text);
	if (stanza_read(&t->stanza, canonical))
		return false;
	if (outer)
		node = stanza_child(&t->stanza, node, ns, outer);
	if (node != STANZA_NONE)
		node = stanza_child(&t->stanza, node, ns, inner);
	if (node == STANZA_NONE)
		return false;
	stanza_text(&t->stanza, node, &t->text);
	buf_reset(&t->jid);
	return jid_prepare(&t->jid, buf_span(&t->text));
}

/* The JID in text is bound. Whose a stanza is cannot be told any longer where
 * another one is, too. */
static enum traffic_meaning bound(struct traffic *t)
{
	bool same = span_same(buf_span(&t->jid), buf_span(&t->own_whole));

	if (t->logged_in && !t->by_asking && !same) {
		t->mixed = true;
		(void)traffic_own(t, buf_span(&t->local->as));
		return TRAFFIC_NOTHING;
	}
	if (!t->mixed)
		(void)traffic_own(t, buf_span(&t->text));
	if (t->logged_in) {
		t->by_asking = false;
		return TRAFFIC_NOTHING;
	}
	t->logged_in = true;
	return TRAFFIC_SESSION;
}

static enum traffic_meaning login(struct traffic *t)
{
	if (t->logged_in || !t->own.len)
		return TRAFFIC_NOTHING;
	t->logged_in = t->by_asking = true;
	return TRAFFIC_SESSION;
}

/* Anybody can send an iq that looks like this; but nobody in a server's name,
 * nor without one. */
static bool is_of_server(const struct traffic *t, const struct xml_root *r)
{
	if (!r->from.p)
		return true;
	return !(t->logged_in && !t->by_asking) &&
	    span_same(r->from, jid_domain(buf_span(&t->text)));
}

/* RFC 6120 section 7.6: what the server bound; where only the client's side
 * is known, that it asked. */
static enum traffic_meaning bind(struct traffic *t, const struct xml_root *r,
    struct span canonical)
{
	if (span_is(r->type, "result") &&
	    read_jid(t, canonical, NS_BIND, "bind", "jid") &&
	    is_of_server(t, r))
		return bound(t);
	if (span_is(r->type, "set") && t->side == TRAFFIC_INITIATOR)
		return login(t);
	return TRAFFIC_NOTHING;
}

/* Elements that are no stanzas: Bind 2 (XEP-0386, inside XEP-0388), and the
 * resumption of a session that we know the name of (XEP-0198). */
static enum traffic_meaning nonza(struct traffic *t,
    const struct xml_root *r, struct span canonical)
{
	if (span_is(r->ns, NS_SASL2) && span_is(r->local, "success") &&
	    read_jid(t, canonical, NS_SASL2, NULL, "authorization-identifier"))
		return memchr(t->text.data, '/', t->text.len) ? bound(t)
							      : TRAFFIC_NOTHING;
	if (span_is(r->ns, NS_SM) && span_is(r->local, "resumed"))
		return login(t);
	return TRAFFIC_NOTHING;
}

enum traffic_meaning traffic_element(struct traffic *t,
    const struct xml_root *r, struct span canonical, bool whole,
    struct span *from)
{
	enum traffic_kind kind = kind_of(r);

	*from = (struct span){NULL, 0};
	if (kind == TRAFFIC_KIND_NONE)
		return whole ? nonza(t, r, canonical) : TRAFFIC_NOTHING;
	if (kind == TRAFFIC_KIND_IQ && has_child(r, NS_BIND, "bind"))
		return bind(t, r, canonical);
	if (!wanted(t, kind, r, canonical, whole))
		return TRAFFIC_NOTHING;
	return direction_tell(t, r, kind, from);
}
