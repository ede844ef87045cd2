/* SPDX-License-Identifier: ISC */
/* Stanza errors. */
#include "xml/bounce.h"

#include "xml/jid.h"

#define CONDITIONS_NS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* As far as its sender does not matter. */
static bool may_be_answered(const struct stanza *s)
{
	struct span type = stanza_get(s, 0, "type");

	if (!stanza_is_stanza(s) || span_is(type, "error"))
		return false;
	if (stanza_is(s, 0, NULL, "iq"))
		return span_is(type, "get") || span_is(type, "set");
	return stanza_is(s, 0, NULL, "message") || stanza_get(s, 0, "to").n > 0;
}

bool bounce_due(const struct stanza *s)
{
	return stanza_get(s, 0, "from").n && may_be_answered(s);
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

/* An error of the kind of s, between those two. */
static void write_error(struct buf *b, const struct stanza *s,
    struct span from, struct span to, const struct bounce *why)
{
	struct span id = stanza_get(s, 0, "id"), kind = s->node[0].local;

	buf_addc(b, '<');
	buf_addspan(b, kind);
	attribute(b, "xmlns", s->node[0].ns);
	if (from.p)
		attribute(b, "from", from);
	if (to.p)
		attribute(b, "to", to);
	if (id.p)
		attribute(b, "id", id);
	buf_addf(b, " type=\"error\"><error type=\"%s\"><%s xmlns=\""
		    CONDITIONS_NS "\"/>", why->type, why->condition);
	write_text(b, why->text);
	buf_adds(b, "</error></");
	buf_addspan(b, kind);
	buf_addc(b, '>');
}

bool bounce_write(struct buf *b, const struct stanza *s,
    const struct bounce *why)
{
	struct span from = stanza_get(s, 0, "from");
	struct span to = stanza_get(s, 0, "to");

	if (!bounce_due(s))
		return false;
	write_error(b, s, to.n ? to : jid_bare(from), from, why);
	return true;
}

bool bounce_unbound(struct buf *b, const struct stanza *s,
    const struct bounce *why)
{
	const struct span nobody = {NULL, 0};

	if (!may_be_answered(s))
		return false;
	write_error(b, s, nobody, nobody, why);
	return true;
}

bool bounce_answer(struct buf *b, const struct stanza *s,
    const struct bounce *why)
{
	struct span type = stanza_get(s, 0, "type");

	if (!stanza_is_stanza(s) || !stanza_is(s, 0, NULL, "iq") ||
	    !(span_is(type, "result") || span_is(type, "error")))
		return false;
	write_error(b, s, stanza_get(s, 0, "from"), stanza_get(s, 0, "to"),
	    why);
	return true;
}
