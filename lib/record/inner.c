/* SPDX-License-Identifier: ISC */
/* Whose words they are. */
#include "record/inner.h"

#include "base/moment.h"
#include "xml/jid.h"

#define NS_FORWARD "urn:xmpp:forward:0"
#define NS_DELAY "urn:xmpp:delay"
#define NS_OLD_DELAY "jabber:x:delay"
#define NS_ADDRESS "http://jabber.org/protocol/address"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_FASTEN "urn:xmpp:fasten:0"

const char *inner_name(enum inner_kind kind)
{
	static const char *const names[INNER_KINDS] = {NULL, "carbon",
	    "archive", "history", "delayed", "forwards"};

	return names[kind];
}

/* A child element whose namespace begins like that; versions end it. */
static uint32_t child_of(const struct stanza *s, uint32_t node,
    const char *ns, const char *local)
{
	uint32_t i = s->node[node].child;

	while (i != STANZA_NONE &&
	    !(s->node[i].name.n && span_starts(s->node[i].ns, ns) &&
		(!local || span_is(s->node[i].local, local))))
		i = s->node[i].next;
	return i;
}

/* What holds the stanza that is shown, and what that makes of this one. */
static uint32_t holder(const struct stanza *s, enum inner_kind *kind)
{
	static const struct {
		const char *ns, *local;
		enum inner_kind kind;
	} forms[] = {{"urn:xmpp:carbons:", "received", INNER_CARBON},
	    {"urn:xmpp:carbons:", "sent", INNER_CARBON},
	    {"urn:xmpp:mam:", "result", INNER_ARCHIVE}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		uint32_t node = child_of(s, 0, forms[i].ns, forms[i].local);

		if (node != STANZA_NONE) {
			*kind = forms[i].kind;
			return node;
		}
	}
	*kind = INNER_FORWARDS;
	return 0;
}

static struct span delay_of(const struct stanza *s, uint32_t node)
{
	uint32_t delay = stanza_child(s, node, NS_DELAY, "delay");

	if (delay == STANZA_NONE)
		delay = stanza_child(s, node, NS_OLD_DELAY, "x");
	return delay == STANZA_NONE ? (struct span){NULL, 0}
				    : stanza_get(s, delay, "stamp");
}

/* Whether two addresses (escaped) are one account's. */
static bool one_account(struct span a, struct span b, struct buf *scratch)
{
	size_t at;

	if (span_same(a, b))
		return true;
	buf_reset(scratch);
	if (!jid_prepare(scratch, a))
		return false;
	at = scratch->len;
	return jid_prepare(scratch, b) && scratch->len == 2 * at &&
	    memcmp(scratch->data, scratch->data + at, at) == 0;
}

/* Only the account itself sends carbons and what is in its archive; a room's
 * archive has what was said in the room. */
static bool is_forged(const struct inner *in, const struct stanza *s,
    struct span own, struct buf *scratch)
{
	struct span from = stanza_get(s, 0, "from");

	if (in->kind != INNER_CARBON && in->kind != INNER_ARCHIVE)
		return false;
	if (!from.p || !own.p || one_account(from, own, scratch))
		return false;
	return in->kind == INNER_CARBON || !in->from.p ||
	    !one_account(from, jid_bare(in->from), scratch);
}

static void read_shown(struct inner *in, const struct stanza *s,
    struct span own, struct buf *scratch)
{
	uint32_t forwarded = child_of(s, holder(s, &in->kind), NS_FORWARD,
	    "forwarded");

	if (forwarded == STANZA_NONE) {
		in->kind = INNER_NONE;
		return;
	}
	in->shown = stanza_child(s, forwarded, NULL, "message");
	if (in->shown == STANZA_NONE) {
		in->kind = INNER_NONE;
		return;
	}
	in->from = stanza_get(s, in->shown, "from");
	in->to = stanza_get(s, in->shown, "to");
	in->said = delay_of(s, forwarded);
	if (!in->said.p)
		in->said = delay_of(s, in->shown);
	in->forged = is_forged(in, s, own, scratch);
	if (in->forged || in->kind == INNER_FORWARDS)
		return;
	in->words = in->shown;
	in->from = in->from.p ? in->from : own;
	in->to = in->to.p ? in->to : own;
	in->author = in->from;
	in->addressee = in->to;
}

/* XEP-0033, XEP-0045: whom a room names as the one who said it. */
static struct span named_by_room(const struct stanza *s)
{
	uint32_t list = stanza_child(s, 0, NS_ADDRESS, "addresses"), i;

	i = list == STANZA_NONE ? STANZA_NONE : s->node[list].child;
	for (; i != STANZA_NONE; i = s->node[i].next) {
		if (s->node[i].name.n &&
		    span_is(stanza_get(s, i, "type"), "ofrom"))
			return stanza_get(s, i, "jid");
	}
	i = stanza_child(s, 0, NS_MUC_USER, "x");
	if (i != STANZA_NONE)
		i = stanza_child(s, i, NS_MUC_USER, "item");
	return i == STANZA_NONE ? (struct span){NULL, 0}
				: stanza_get(s, i, "jid");
}

static void read_delay(struct inner *in, const struct stanza *s)
{
	in->said = delay_of(s, 0);
	if (!in->said.p)
		return;
	in->kind = INNER_DELAYED;
	if (!span_is(stanza_get(s, 0, "type"), "groupchat"))
		return;
	in->kind = INNER_HISTORY;
	in->from = named_by_room(s);
}

static const struct about {
	const char *ns, *local, *word;
} abouts[] = {
    {"urn:xmpp:message-correct:0", "replace", "correction of"},
    {"urn:xmpp:message-retract:", "retract", "retracts"},
    {"urn:xmpp:reactions:0", "reactions", "reaction to"},
    {"urn:xmpp:reply:0", "reply", "reply to"},
    {"urn:xmpp:receipts", "received", "received"},
    {"urn:xmpp:chat-markers:0", "received", "received"},
    {"urn:xmpp:chat-markers:0", "displayed", "displayed"},
    {"urn:xmpp:chat-markers:0", "acknowledged", "acknowledged"},
};

static void read_about(struct inner *in, const struct stanza *s)
{
	uint32_t node;

	for (size_t i = 0; i < sizeof(abouts) / sizeof(*abouts); i++) {
		node = child_of(s, in->words, abouts[i].ns, abouts[i].local);
		if (node == STANZA_NONE || !stanza_get(s, node, "id").p)
			continue;
		in->about = abouts[i].word;
		*(i == 0 ? &in->replaces : &in->refers) =
		    stanza_get(s, node, "id");
		return;
	}
	node = stanza_child(s, in->words, NS_FASTEN, "apply-to");
	if (node == STANZA_NONE)
		return;
	in->refers = stanza_get(s, node, "id");
	in->about = child_of(s, node, "urn:xmpp:message-", NULL) == STANZA_NONE
	    ? "attached to"
	    : "retracts";
}

void inner_read(struct inner *in, const struct stanza *s, enum event event,
    struct buf *scratch)
{
	bool sent = event == EVENT_SEND;
	struct span own = stanza_get(s, 0, sent ? "from" : "to");

	*in = (struct inner){.shown = STANZA_NONE};
	in->author = stanza_get(s, 0, "from");
	in->addressee = stanza_get(s, 0, "to");
	if (!stanza_is(s, 0, NULL, "message"))
		return;
	if (own.p)
		own = jid_bare(own);
	read_shown(in, s, own, scratch);
	if (in->kind == INNER_NONE)
		read_delay(in, s);
	read_about(in, s);
}

bool inner_said(const struct inner *in, int64_t *micros)
{
	static const struct moment_sense utc = {.local = false};
	struct moment m;

	if (!in->said.p || !moment_read(&m, in->said) || m.year < 0)
		return false;
	*micros = moment_resolve(&m, &utc);
	return true;
}

bool inner_is_remark(const struct stanza *s, uint32_t node)
{
	return stanza_is(s, node, NULL, "thread") ||
	    stanza_is(s, node, NS_DELAY, "delay") ||
	    stanza_is(s, node, NS_OLD_DELAY, "x");
}

static bool is_blank(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != ' ')
			return span_is(text, "&#xA;");
	}
	return true;
}

bool inner_has_words(const struct stanza *s)
{
	if (!stanza_is(s, 0, NULL, "message") &&
	    !stanza_is(s, 0, NULL, "presence"))
		return false;
	for (uint32_t i = 1; i < s->nodes; i++) {
		const struct stanza_node *n = &s->node[i];

		if (!n->name.n && !is_blank(n->raw) &&
		    !inner_is_remark(s, n->parent))
			return true;
	}
	return false;
}
