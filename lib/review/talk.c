/* SPDX-License-Identifier: ISC */
/* Conversations: who is in one, and which of its messages are the same. */
#include "review/talk.h"

#include "base/fnv.h"
#include "record/inner.h"
#include "xml/jid.h"

/* Append the account of an address (escaped), or the address as it is if it is
 * none. */
static void add_account(struct talk *t, struct span escaped, struct buf *to)
{
	struct span jid;

	buf_reset(&t->chars);
	stanza_unescape(&t->chars, escaped);
	jid = jid_bare(buf_span(&t->chars));
	if (!jid_prepare(to, jid))
		buf_addspan(to, jid);
}

/* Of two accounts, in an order that does not depend on who speaks. */
static void key_of_two(struct talk *t, struct span a, struct span b)
{
	struct buf *key = &t->key;
	size_t at, n;
	int order;

	add_account(t, a, key);
	buf_addc(key, '\n');
	at = key->len;
	add_account(t, b, key);
	n = key->len - at;
	order = memcmp(key->data, key->data + at, at - 1 < n ? at - 1 : n);
	if (order < 0 || (order == 0 && at - 1 <= n))
		return;
	buf_reset(key);
	add_account(t, b, key);
	buf_addc(key, '\n');
	add_account(t, a, key);
}

/* The texts of the message, with a mark behind each. */
static void add_words(struct talk *t, uint32_t node)
{
	const struct stanza *s = &t->tree;
	const char *end = s->node[node].raw.p + s->node[node].raw.n;

	for (uint32_t i = node + 1; i < s->nodes && s->node[i].raw.p < end;
	     i++) {
		if (s->node[i].name.n || inner_is_remark(s, s->node[i].parent))
			continue;
		buf_addspan(&t->words, s->node[i].raw);
		buf_addc(&t->words, '\n');
	}
}

/* In a room the author is told in one way where a user sends it and in another
 * where the room does. */
static uint64_t hash_of(struct talk *t, const struct inner *in, bool room)
{
	struct span id = stanza_get(&t->tree, in->words, "id");
	uint64_t hash;

	if (!id.n)
		return 0;
	buf_reset(&t->words);
	buf_addspan(&t->words, id);
	buf_addc(&t->words, '\n');
	if (!room && in->author.p)
		add_account(t, in->author, &t->words);
	buf_addc(&t->words, '\n');
	add_words(t, in->words);
	hash = fnv_hash(buf_span(&t->words));
	return hash ? hash : 1;
}

static bool is_spoken(const struct stanza *s, const struct inner *in)
{
	bool shown = in->kind == INNER_CARBON || in->kind == INNER_ARCHIVE ||
	    in->kind == INNER_HISTORY;

	return (!shown || in->forged) && stanza_is(s, 0, NULL, "message") &&
	    !span_is(stanza_get(s, 0, "type"), "error") && inner_has_words(s);
}

bool talk_read(struct talk *t, const struct record *r)
{
	const struct stanza *s = &t->tree;
	bool sent = r->event == EVENT_SEND, room;
	struct span own, peer;
	struct inner in;

	if ((!sent && r->event != EVENT_RECV) ||
	    stanza_read(&t->tree, r->field[RECORD_STANZA]))
		return false;
	inner_read(&in, s, r->event, &t->chars);
	room = span_is(stanza_get(s, 0, "type"), "groupchat");
	own = room ? stanza_get(s, 0, sent ? "to" : "from") : in.author;
	peer = room ? (struct span){NULL, 0} : in.addressee;
	if (!own.p && !peer.p)
		return false;
	buf_reset(&t->key);
	if (own.p && peer.p)
		key_of_two(t, own, peer);
	else
		add_account(t, own.p ? own : peer, &t->key);
	t->spoken = is_spoken(s, &in);
	t->hash = hash_of(t, &in, room);
	return true;
}

void talk_release(struct talk *t)
{
	buf_release(&t->key);
	stanza_release(&t->tree);
	buf_release(&t->chars);
	buf_release(&t->words);
}
