/* SPDX-License-Identifier: ISC */
/* Which of several servers a conversation belongs to. */
#include "broker/affinity.h"

#include "base/fnv.h"
#include "xml/jid.h"

static uint64_t stir(uint64_t h)
{
	h ^= h >> 30;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	h ^= h >> 27;
	h *= UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

/* The bare JID, prepared if it is one. */
static struct span prepare(struct affinity *a, struct buf *b, struct span jid)
{
	buf_reset(b);
	if (!jid.p)
		return buf_span(b);
	buf_reset(&a->chars);
	stanza_unescape(&a->chars, jid);
	jid = jid_bare(buf_span(&a->chars));
	if (!jid_prepare(b, jid))
		buf_addspan(b, jid);
	return buf_span(b);
}

/* XEP-0045: what a room is spoken to with, joined by, and invites with. */
static bool of_room(const struct stanza *s)
{
	static const char muc[] = "http://jabber.org/protocol/muc";

	if (span_is(stanza_get(s, 0, "type"), "groupchat"))
		return true;
	for (uint32_t n = s->node[0].child; n != STANZA_NONE;
	     n = s->node[n].next) {
		if (span_is(s->node[n].local, "x") &&
		    span_starts(s->node[n].ns, muc))
			return true;
	}
	return false;
}

uint64_t affinity_key(struct affinity *a, const struct record *r)
{
	const struct stanza *s = &a->stanza;
	struct span from, to;

	if (stanza_read(&a->stanza, r->field[RECORD_STANZA]))
		return fnv_hash(r->field[RECORD_SESSION]);
	if (r->event == EVENT_UPLOAD)
		return fnv_hash(prepare(a, &a->one, stanza_get(s, 0, "from")));
	if (!stanza_is_stanza(s))
		return fnv_hash(prepare(a, &a->one, stanza_get(s, 0, "jid")));
	from = stanza_get(s, 0, "from");
	to = stanza_get(s, 0, "to");
	if (of_room(s))
		return fnv_hash(prepare(a, &a->one,
		    r->event == EVENT_RECV ? from : to));
	/* Whichever way round. Who writes to nobody writes to the account. */
	return stir(fnv_hash(prepare(a, &a->one, from))) +
	    stir(fnv_hash(prepare(a, &a->two, to.p ? to : from)));
}

uint64_t affinity_seed(struct span url)
{
	return fnv_hash(url);
}

uint64_t affinity_weight(uint64_t key, uint64_t seed)
{
	return stir(stir(key) ^ seed);
}

void affinity_release(struct affinity *a)
{
	stanza_release(&a->stanza);
	buf_release(&a->chars);
	buf_release(&a->one);
	buf_release(&a->two);
}
