/* SPDX-License-Identifier: ISC */
/* Stanza errors. */
#include "bounce.h"

#include "jid.h"

#define CONDITIONS_NS "urn:ietf:params:xml:ns:xmpp-stanzas"

bool bounce_due(const struct stanza *s)
{
	struct span type;

	if (!stanza_is_stanza(s) || stanza_get(s, 0, "from").n == 0)
		return false;
	type = stanza_get(s, 0, "type");
	if (span_is(type, "error"))
		return false;
	if (stanza_is(s, 0, NULL, "iq"))
		return span_is(type, "get") || span_is(type, "set");
	return stanza_is(s, 0, NULL, "message") || stanza_get(s, 0, "to").n > 0;
}

/* Append an attribute whose value is escaped already. */
static void attribute(struct buf *b, const char *name, struct span value)
{
	buf_addc(b, ' ');
	buf_adds(b, name);
	buf_adds(b, "=\"");
	buf_addspan(b, value);
	buf_addc(b, '"');
}

static void write_text(struct buf *b, struct span text)
{
	if (text.n == 0)
		return;
	buf_adds(b, "<text xmlns=\"" CONDITIONS_NS "\" xml:lang=\"en\">");
	stanza_escape_text(b, text);
	buf_adds(b, "</text>");
}

bool bounce_write(struct buf *b, const struct stanza *s,
    const struct bounce *why)
{
	struct span from = stanza_get(s, 0, "from");
	struct span to = stanza_get(s, 0, "to");
	struct span id = stanza_get(s, 0, "id");
	struct span kind;

	if (!bounce_due(s))
		return false;
	kind = s->node[0].local;
	buf_addc(b, '<');
	buf_addspan(b, kind);
	attribute(b, "xmlns", s->node[0].ns);
	attribute(b, "from", to.n ? to : jid_bare(from));
	attribute(b, "to", from);
	if (id.p)
		attribute(b, "id", id);
	buf_adds(b, " type=\"error\"><error type=\"");
	buf_adds(b, why->type);
	buf_adds(b, "\"><");
	buf_adds(b, why->condition);
	buf_adds(b, " xmlns=\"" CONDITIONS_NS "\"/>");
	write_text(b, why->text);
	buf_adds(b, "</error></");
	buf_addspan(b, kind);
	buf_addc(b, '>');
	return true;
}
