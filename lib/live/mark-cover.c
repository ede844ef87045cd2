/* SPDX-License-Identifier: ISC */
/* What of a message its mark covers. */
#include "live/mark.h"

#include <string.h>
#include <strings.h>

#include "record/record.h"

#define NS_MUC_USER "http://jabber.org/protocol/muc#user"

static bool blank(struct span escaped)
{
	struct buf b = BUF_EMPTY;
	bool is;

	stanza_unescape(&b, escaped);
	is = strspn(buf_str(&b), " \t\r\n") == b.len;
	buf_release(&b);
	return is;
}

static bool empty(const struct stanza *s, uint32_t node)
{
	return s->node[node].child == STANZA_NONE;
}

/* At most the words that ejabberd has there: others would be somebody's. */
static bool is_delay(const struct stanza *s, uint32_t node)
{
	static const char words[] = "offline storage";
	uint32_t text = s->node[node].child;

	if (text == STANZA_NONE)
		return true;
	return !s->node[text].name.n && s->node[text].next == STANZA_NONE &&
	    s->node[text].raw.n == sizeof(words) - 1 &&
	    strncasecmp(s->node[text].raw.p, words, sizeof(words) - 1) == 0;
}

/* What a room says of who speaks, without words. */
static bool is_occupant(const struct stanza *s, uint32_t node)
{
	for (uint32_t c = s->node[node].child; c != STANZA_NONE;
	    c = s->node[c].next) {
		if (s->node[c].name.n
			? !(empty(s, c) && (stanza_is(s, c, NS_MUC_USER, "item") ||
				stanza_is(s, c, NS_MUC_USER, "status")))
			: !blank(s->node[c].raw))
			return false;
	}
	return true;
}

/* What servers add to a message, or write anew: times, ids, and what a room
 * says of who speaks (XEP-0203, XEP-0091, XEP-0359, XEP-0421, XEP-0045). Only
 * as they write it: else it could carry words past the mark. */
static const struct added {
	const char *ns, *name;
	bool (*is)(const struct stanza *, uint32_t node);
} added[] = {
    {"urn:xmpp:delay", "delay", is_delay},
    {"jabber:x:delay", "x", is_delay},
    {"urn:xmpp:sid:0", "stanza-id", empty},
    {"urn:xmpp:mam:tmp", "archived", empty},
    {"urn:xmpp:occupant-id:0", "occupant-id", empty},
    {NS_MUC_USER, "x", is_occupant},
    {REVIEW_NS, "released", empty},
};

bool mark_covers(const struct stanza *s, uint32_t node)
{
	if (!s->node[node].name.n)
		return !blank(s->node[node].raw);
	for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++) {
		if (stanza_is(s, node, added[i].ns, added[i].name))
			return !added[i].is(s, node);
	}
	return true;
}
