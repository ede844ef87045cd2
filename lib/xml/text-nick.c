/* SPDX-License-Identifier: ISC */
/* Nicks: the resource of a room's address is what people are called there
 * (XEP-0045). */
#include <string.h>

#include "xml/text-internal.h"

static void add(struct texts *t, const struct stanza *s, uint32_t node,
    const char *name)
{
	struct span value = stanza_get(s, node, name), nick;
	const char *slash = value.n ? memchr(value.p, '/', value.n) : NULL;

	if (!slash)
		return;
	nick = (struct span){slash + 1,
	    value.n - (size_t)(slash + 1 - value.p)};
	if (!nick.n)
		return;
	text_add_piece(t, text_add(t, TEXT_FIXED), nick);
	t->piece[t->pieces - 1].attribute = 1;
}

static bool has_muc(const struct stanza *s, uint32_t node)
{
	uint32_t i = s->node[node].child;

	for (; i != STANZA_NONE; i = s->node[i].next) {
		if (span_is(s->node[i].local, "x") &&
		    span_starts(s->node[i].ns, "http://jabber.org/protocol/muc"))
			return true;
	}
	return false;
}

void text_add_nicks(struct texts *t, const struct stanza *s, uint32_t node)
{
	size_t n = s->node[node].local.n;
	bool message, root = node == 0, room;

	/* Most elements are neither, and are seen not to be by that. */
	if (n != strlen("message") && n != strlen("presence"))
		return;
	message = stanza_is(s, node, NULL, "message");
	if (!message && !stanza_is(s, node, NULL, "presence"))
		return;
	room = has_muc(s, node);
	/* A new nick is asked for by a presence that has nothing of a room's
	 * (section 7.6). */
	if (root ? t->sent && (room || (!message &&
		!stanza_get(s, node, "type").p))
		 : room)
		add(t, s, node, "to");
	if ((!root || !t->sent) &&
	    (room || span_is(stanza_get(s, node, "type"), "groupchat")))
		add(t, s, node, "from");
}
