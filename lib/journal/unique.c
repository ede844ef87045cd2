/* SPDX-License-Identifier: ISC */
/* Each message once. */
#include "journal/unique.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/map.h"
#include "base/mem.h"
#include "record/inner.h"
#include "xml/jid.h"
#include "xml/stanza.h"

struct message {
	struct buf line, copies;
	bool sent;	 /* a user of ours sent it to a room */
	bool reflected;	 /* and it was seen in the room, from one nick */
};

/* One of the keys by which a message is found again. */
struct key {
	struct map_node node;
	char name[DIGEST_HEX];
	size_t message;
};

struct unique {
	struct message *message;
	size_t count, cap;
	struct map keys;
	struct digest *digest;
	struct stanza tree;
	struct buf text, scratch;
};

struct unique *unique_new(void)
{
	struct unique *u = mem_zalloc(sizeof(*u));

	u->digest = digest_new(NULL, 0);
	return u;
}

void unique_reset(struct unique *u)
{
	for (size_t i = 0; i < u->keys.slots; i++) {
		struct map_node *n = u->keys.slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			free(MAP_OWNER(n, struct key, node));
		}
	}
	map_release(&u->keys);
	for (size_t i = 0; i < u->count; i++) {
		buf_release(&u->message[i].line);
		buf_release(&u->message[i].copies);
	}
	u->count = 0;
}

void unique_free(struct unique *u)
{
	if (!u)
		return;
	unique_reset(u);
	free(u->message);
	digest_free(u->digest);
	stanza_release(&u->tree);
	buf_release(&u->text);
	buf_release(&u->scratch);
	free(u);
}

/* What a key is made of. */
struct identity {
	char form; /* c: to a person; r: in a room, by a nick; s, n: in a room,
		    * of whom a user sent it, or of the nick it is not told */
	struct span from, to, id;
	const struct inner *in;
};

/* The texts, with a mark behind each. */
static void add_words(struct unique *u, const struct inner *in)
{
	const struct stanza *s = &u->tree;
	const char *end = s->node[in->words].raw.p + s->node[in->words].raw.n;

	for (uint32_t i = in->words + 1;
	    i < s->nodes && s->node[i].raw.p < end; i++) {
		if (s->node[i].name.n || inner_is_remark(s, s->node[i].parent))
			continue;
		buf_addspan(&u->text, s->node[i].raw);
		buf_addc(&u->text, '\0');
	}
}

static void add_jid(struct unique *u, struct span escaped)
{
	buf_reset(&u->scratch);
	stanza_unescape(&u->scratch, escaped);
	if (!jid_prepare(&u->text, buf_span(&u->scratch)))
		buf_addspan(&u->text, buf_span(&u->scratch));
	buf_addc(&u->text, '\0');
}

static void key_name(struct unique *u, const struct identity *id,
    char name[DIGEST_HEX])
{
	static const struct span none = {"", 0};

	buf_reset(&u->text);
	buf_addc(&u->text, id->form);
	add_jid(u, id->from.p ? id->from : none);
	add_jid(u, id->to.p ? id->to : none);
	buf_addspan(&u->text, id->id);
	buf_addc(&u->text, '\0');
	buf_addspan(&u->text, id->in->replaces.p ? id->in->replaces : none);
	buf_addc(&u->text, '\0');
	buf_addspan(&u->text, id->in->refers.p ? id->in->refers : none);
	buf_addc(&u->text, '\0');
	add_words(u, id->in);
	digest_begin(u->digest);
	digest_add(u->digest, u->text.data, u->text.len);
	digest_hex(u->digest, name);
}

static struct message *find(struct unique *u, const struct identity *id,
    size_t *which)
{
	char name[DIGEST_HEX];
	struct map_node *n;

	key_name(u, id, name);
	n = map_find(&u->keys, (struct span){name, DIGEST_HEX});
	if (!n)
		return NULL;
	*which = MAP_OWNER(n, struct key, node)->message;
	return &u->message[*which];
}

static void add_key(struct unique *u, const struct identity *id, size_t which)
{
	struct key *k = mem_zalloc(sizeof(*k));

	key_name(u, id, k->name);
	k->message = which;
	map_add(&u->keys, &k->node, (struct span){k->name, DIGEST_HEX});
}

static size_t add_message(struct unique *u, struct span line)
{
	if (u->count == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 64;
		u->message =
		    mem_resize(u->message, u->cap, sizeof(*u->message));
	}
	u->message[u->count] = (struct message){.line = BUF_EMPTY};
	buf_addspan(&u->message[u->count].line, line);
	return u->count++;
}

/* Of a room: what a user sent to it, and the same from the first nick that is
 * seen to have said it, are one. */
static bool find_in_room(struct unique *u, const struct identity *given,
    bool sent, size_t *which)
{
	struct identity id = *given;
	struct message *m;

	if (sent) {
		id.form = 'n';
		id.from = jid_bare(id.to);
		id.to = (struct span){NULL, 0};
		m = find(u, &id, which);
		return m && !m->sent;
	}
	id.form = 'r';
	id.to = (struct span){NULL, 0};
	if (find(u, &id, which))
		return true;
	id.form = 's';
	id.from = jid_bare(id.from);
	m = find(u, &id, which);
	return m && !m->reflected;
}

static void add_room_keys(struct unique *u, struct identity *id, bool sent,
    size_t which)
{
	struct message *m = &u->message[which];

	m->sent = m->sent || sent;
	m->reflected = m->reflected || !sent;
	id->form = sent ? 's' : 'r';
	add_key(u, id, which);
	if (sent)
		return;
	id->form = 'n';
	id->from = jid_bare(id->from);
	add_key(u, id, which);
}

static struct span origin_id(const struct stanza *s, uint32_t node)
{
	uint32_t child = stanza_child(s, node, "urn:xmpp:sid:0", "origin-id");

	return child == STANZA_NONE ? (struct span){NULL, 0}
				    : stanza_get(s, child, "id");
}

static bool known(struct unique *u, const struct inner *in, struct span id,
    bool room, bool sent, size_t *which)
{
	struct identity i = {'c', in->author, in->addressee, id, in};

	if (!id.n || (room && !(sent ? i.to.p : i.from.p)))
		return false;
	return room ? find_in_room(u, &i, sent, which)
		    : find(u, &i, which) != NULL;
}

static void remember(struct unique *u, const struct inner *in, struct span id,
    bool room, bool sent, size_t which)
{
	struct identity i = {'c', in->author, in->addressee, id, in};

	if (!id.n || (room && !(sent ? i.to.p : i.from.p)))
		return;
	if (!room) {
		add_key(u, &i, which);
		return;
	}
	i.from = sent ? jid_bare(i.to) : i.from;
	i.to = (struct span){NULL, 0};
	add_room_keys(u, &i, sent, which);
}

static void add_copy(struct message *m, struct span id)
{
	if (m->copies.len)
		buf_addc(&m->copies, ',');
	buf_addspan(&m->copies, id);
}

bool unique_tell(struct unique *u, const struct record *r, struct span line,
    size_t *which)
{
	const struct stanza *s = &u->tree;
	struct inner in;
	struct span id[2], type;
	bool room, sent, again = false;

	if (stanza_read(&u->tree, r->field[RECORD_STANZA]) ||
	    !stanza_is(s, 0, NULL, "message") ||
	    (r->event != EVENT_SEND && r->event != EVENT_RECV)) {
		*which = add_message(u, line);
		return true;
	}
	inner_read(&in, s, r->event, &u->scratch);
	type = stanza_get(s, in.words, "type");
	room = span_is(type, "groupchat");
	sent = room && r->event == EVENT_SEND && in.words == 0;
	id[0] = stanza_get(s, in.words, "id");
	id[1] = origin_id(s, in.words);
	for (int i = 0; i < 2 && !span_is(type, "error") && !again; i++)
		again = known(u, &in, id[i], room, sent, which);
	if (again)
		add_copy(&u->message[*which], r->field[RECORD_ID]);
	else
		*which = add_message(u, line);
	for (int i = 0; i < 2 && !span_is(type, "error"); i++) {
		if (i == 0 || !span_same(id[0], id[1]))
			remember(u, &in, id[i], room, sent, *which);
	}
	return !again;
}

bool unique_add(struct unique *u, const struct record *r, struct span line)
{
	size_t which;

	return unique_tell(u, r, line, &which);
}

size_t unique_count(const struct unique *u)
{
	return u->count;
}

void unique_write(const struct unique *u, size_t i, struct buf *out)
{
	const struct message *m = &u->message[i];

	buf_addspan(out, buf_span(&m->line));
	if (m->copies.len) {
		buf_adds(out, "\t" RECORD_COPIES);
		buf_addspan(out, buf_span(&m->copies));
	}
	buf_addc(out, '\n');
}
