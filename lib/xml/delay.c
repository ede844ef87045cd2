/* SPDX-License-Identifier: ISC */
/* Adding a delay to a stanza. */
#include "xml/delay.h"

#include "xml/wire.h"

void delay_begin(struct buf *b, const struct stanza *s, struct span to)
{
	const struct stanza_node *n = &s->node[0];
	const struct stanza_attr *last = &s->attr[n->attr + n->attrs - 1];
	size_t tag = (size_t)(last->value.p + last->value.n + 1 - n->raw.p);
	size_t end = n->raw.n - n->name.n - 3;

	if (n->child == STANZA_NONE)
		end = n->raw.n - 2;
	buf_add(b, n->raw.p, tag);
	if (to.p && !stanza_get(s, 0, "to").p)
		wire_attribute(b, "to", to);
	buf_add(b, n->raw.p + tag, end - tag);
	if (n->child == STANZA_NONE)
		buf_addc(b, '>');
}

void delay_write(struct buf *b, struct span stamp, struct span from)
{
	buf_adds(b, "<delay xmlns=\"urn:xmpp:delay\"");
	wire_attribute(b, "stamp", stamp);
	if (from.p)
		wire_attribute(b, "from", from);
	buf_adds(b, "/>");
}

void delay_end(struct buf *b, const struct stanza *s)
{
	buf_addf(b, "</%.*s>", SPAN_ARG(s->node[0].name));
}
