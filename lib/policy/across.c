/* SPDX-License-Identifier: ISC */
/* Conversations and their last messages. */
#include "policy/across.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "policy/said.h"
#include "xml/jid.h"

#define MUC_USER "http://jabber.org/protocol/muc#user"
#define CORRECT "urn:xmpp:message-correct:0"

struct talk {
	struct map_node node;
	struct talk *older, *newer;
	struct said *said[ACROSS_KEPT];
	size_t count;
	char *key;
};

struct across {
	struct map talks;
	struct talk *oldest, *newest;
	size_t count;
	struct buf key, id, replaces;
	struct across_row row;
	bool overflowed, told;
};

struct across *across_new(void)
{
	return mem_zalloc(sizeof(struct across));
}

static void unlink_talk(struct across *a, struct talk *t)
{
	*(t->older ? &t->older->newer : &a->oldest) = t->newer;
	*(t->newer ? &t->newer->older : &a->newest) = t->older;
}

static void link_talk(struct across *a, struct talk *t)
{
	t->older = a->newest;
	t->newer = NULL;
	*(a->newest ? &a->newest->newer : &a->oldest) = t;
	a->newest = t;
}

static void forget(struct across *a, struct talk *t)
{
	map_remove(&a->talks, &t->node);
	unlink_talk(a, t);
	for (size_t i = 0; i < t->count; i++)
		said_free(t->said[i]);
	free(t->key);
	free(t);
	a->count--;
}

void across_free(struct across *a)
{
	if (!a)
		return;
	while (a->oldest)
		forget(a, a->oldest);
	map_release(&a->talks);
	buf_release(&a->key);
	buf_release(&a->id);
	buf_release(&a->replaces);
	free(a);
}

bool across_overflowed(struct across *a)
{
	bool now = a->overflowed && !a->told;

	a->told = a->told || now;
	return now;
}

static bool groupchat(const struct stanza *s)
{
	return span_is(stanza_get(s, 0, "type"), "groupchat") ||
	    stanza_child(s, 0, MUC_USER, "x") != STANZA_NONE;
}

/* One side of a conversation: the account, or who it is in a room. */
static void add_side(
    struct across *a, const struct stanza *s, const char *name, bool full)
{
	struct span value = stanza_get(s, 0, name);
	struct buf plain = BUF_EMPTY;
	size_t before = a->key.len;

	buf_addc(&a->key, '\n');
	stanza_unescape(&plain, value);
	if (!jid_prepare(&a->key,
		full ? buf_span(&plain) : jid_bare(buf_span(&plain))))
		buf_addspan(&a->key, value);
	else if (a->key.len == before + 1)
		buf_addc(&a->key, '-');
	buf_release(&plain);
}

/* Who says it to whom; what a session receives is apart from what is sent, and
 * from what others receive of it. */
static void make_key(
    struct across *a, const struct record *r, const struct stanza *s)
{
	bool received = r->event == EVENT_RECV, room = groupchat(s);

	buf_reset(&a->key);
	buf_addspan(&a->key, r->field[RECORD_NODE]);
	if (received) {
		buf_addc(&a->key, '\n');
		buf_addspan(&a->key, r->field[RECORD_SESSION]);
	}
	add_side(a, s, "from", received && room);
	add_side(a, s, "to", !received && room &&
		!span_is(stanza_get(s, 0, "type"), "groupchat"));
}

static bool begin(struct across *a, const struct record *r,
    const struct stanza *s, size_t texts, int64_t *time)
{
	struct span at = r->field[RECORD_TIME];
	uint32_t replace;

	if (!texts || (r->event != EVENT_SEND && r->event != EVENT_RECV) ||
	    !stanza_is_stanza(s) || !stanza_is(s, 0, NULL, "message") ||
	    span_is(stanza_get(s, 0, "type"), "error") ||
	    !stamp_read(at.p, at.n, time))
		return false;
	make_key(a, r, s);
	buf_reset(&a->id);
	buf_reset(&a->replaces);
	stanza_unescape(&a->id, stanza_get(s, 0, "id"));
	replace = stanza_child(s, 0, CORRECT, "replace");
	if (replace != STANZA_NONE)
		stanza_unescape(&a->replaces, stanza_get(s, replace, "id"));
	return true;
}

static struct talk *find(const struct across *a)
{
	struct map_node *node = map_find(&a->talks, buf_span(&a->key));

	return node ? MAP_OWNER(node, struct talk, node) : NULL;
}

/* Where the record itself is, if it came before; where what it corrects is;
 * else behind the last. *again: it takes the place of that one. */
static size_t place(const struct across *a, const struct talk *t,
    const struct record *r, bool *again)
{
	struct span replaces = buf_span(&a->replaces);

	*again = true;
	for (size_t i = 0; i < t->count; i++) {
		if (span_same(t->said[i]->record, r->field[RECORD_ID]))
			return i;
	}
	for (size_t i = t->count; replaces.n && i-- > 0;) {
		if (span_same(t->said[i]->id, replaces) ||
		    span_same(t->said[i]->last, replaces))
			return i;
	}
	*again = false;
	return t->count;
}

static void add_said(struct across_row *row, const struct said *s)
{
	for (size_t lane = 0; lane < ACROSS_LANES; lane++)
		row->text[lane][row->count] = said_lane(s, lane);
	row->id[row->count++] = s->record;
	row->lanes = s->texts > row->lanes ? s->texts : row->lanes;
}

static void add_own(struct across_row *row, const struct record *r,
    const struct span *text, size_t texts)
{
	for (size_t lane = 0; lane < ACROSS_LANES; lane++) {
		row->own[lane] = lane < texts ? lane : texts - 1;
		row->text[lane][row->count] = text[row->own[lane]];
	}
	row->now = row->count;
	row->id[row->count++] = r->field[RECORD_ID];
	if (texts > row->lanes)
		row->lanes = texts < ACROSS_LANES ? texts : ACROSS_LANES;
}

const struct across_row *across_look(struct across *a, const struct record *r,
    const struct stanza *s, const struct span *text, size_t texts)
{
	struct across_row *row = &a->row;
	const struct talk *t;
	int64_t now;
	size_t at;
	bool again, same;

	if (!begin(a, r, s, texts, &now))
		return NULL;
	t = find(a);
	if (!t)
		return NULL;
	at = place(a, t, r, &again);
	same = again && span_same(t->said[at]->record, r->field[RECORD_ID]);
	row->count = row->lanes = 0;
	for (size_t i = 0; i < at; i++) {
		if (said_fresh(t->said[i], now))
			add_said(row, t->said[i]);
	}
	add_own(row, r, text, texts);
	/* What came behind the record itself, when it was asked about before,
	 * was not known then. */
	for (size_t i = at + 1; again && !same && i < t->count; i++) {
		if (said_fresh(t->said[i], now))
			add_said(row, t->said[i]);
	}
	return row->count > 1 ? row : NULL;
}

static struct talk *new_talk(struct across *a)
{
	struct talk *t = mem_zalloc(sizeof(*t));

	t->key = mem_dup(a->key.data, a->key.len);
	map_add(&a->talks, &t->node, (struct span){t->key, a->key.len});
	link_talk(a, t);
	a->count++;
	return t;
}

/* Those of which nothing is fresh go; so does the oldest, where there are too
 * many. */
static void clean(struct across *a, int64_t now)
{
	for (int i = 0; i < 2 && a->oldest; i++) {
		struct talk *t = a->oldest;

		if (said_fresh(t->said[t->count - 1], now)) {
			if (a->count < ACROSS_TALKS)
				return;
			a->overflowed = true;
		}
		forget(a, t);
	}
}

void across_keep(struct across *a, const struct record *r,
    const struct stanza *s, const struct span *text, size_t texts)
{
	struct talk *t;
	struct said *said;
	int64_t now;
	size_t at;
	bool again;

	if (!begin(a, r, s, texts, &now))
		return;
	clean(a, now);
	t = find(a);
	if (!t)
		t = new_talk(a);
	at = place(a, t, r, &again);
	if (again && span_same(t->said[at]->record, r->field[RECORD_ID]))
		return;
	unlink_talk(a, t);
	link_talk(a, t);
	said = said_new(r, buf_span(&a->id), now, text, texts);
	if (again) {
		said_replaces(said, t->said[at]);
		t->said[at] = said;
		return;
	}
	if (t->count == ACROSS_KEPT) {
		said_free(t->said[0]);
		memmove(t->said, t->said + 1,
		    (ACROSS_KEPT - 1) * sizeof(*t->said));
		t->count--;
	}
	t->said[t->count++] = said;
}
