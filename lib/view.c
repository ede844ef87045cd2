/* SPDX-License-Identifier: ISC */
/* The fields of a record by name. */
#include "view.h"

#include <inttypes.h>

#define FORWARD_NS "urn:xmpp:forward:0"

/* How one field is derived. */
struct derivation {
	const char *name;
	bool (*get)(struct view *, const struct derivation *, struct buf *);
	enum record_field own;
	const char *word; /* the name of what is looked for in the stanza */
};

void view_begin(struct view *v, const struct record *r, uint64_t seq)
{
	v->record = r;
	v->seq = seq;
	v->read = false;
	v->fault = NULL;
}

void view_release(struct view *v)
{
	if (!v)
		return;
	stanza_release(&v->stanza);
	*v = (struct view){0};
}

const struct stanza *view_stanza(struct view *v)
{
	if (!v->read)
		v->fault = stanza_read(&v->stanza,
		    v->record->field[RECORD_STANZA]);
	v->read = true;
	return v->fault ? NULL : &v->stanza;
}

static bool seq(struct view *v, const struct derivation *d, struct buf *b)
{
	(void)d;
	if (v->seq)
		buf_addf(b, "%" PRIu64, v->seq);
	return v->seq;
}

static bool own(struct view *v, const struct derivation *d, struct buf *b)
{
	if (record_absent(v->record, d->own))
		return false;
	buf_addspan(b, v->record->field[d->own]);
	return true;
}

static bool rule(struct view *v, const struct derivation *d, struct buf *b)
{
	struct reason last;

	if (!reason_last(v->record->field[d->own], &last))
		return false;
	buf_addspan(b, last.rule);
	return last.rule.n;
}

static bool text(struct view *v, const struct derivation *d, struct buf *b)
{
	struct reason last;

	if (!reason_last(v->record->field[d->own], &last))
		return false;
	buf_addspan(b, last.text);
	return last.text.n;
}

static bool kind(struct view *v, const struct derivation *d, struct buf *b)
{
	const struct stanza *s = view_stanza(v);

	(void)d;
	if (s)
		buf_addspan(b, s->node[0].local);
	return s;
}

static bool attribute(struct view *v, const struct derivation *d,
    struct buf *b)
{
	const struct stanza *s = view_stanza(v);
	struct span value = {NULL, 0};

	if (s)
		value = stanza_get(s, 0, d->word);
	if (value.p)
		stanza_unescape(b, value);
	return value.p;
}

/* cup's own elements name the user in an attribute of their own. */
static bool from(struct view *v, const struct derivation *d, struct buf *b)
{
	static const struct derivation jid = {.word = "jid"};
	const struct stanza *s = view_stanza(v);

	if (s && span_is(s->node[0].ns, RECORD_NS))
		d = &jid;
	return attribute(v, d, b);
}

/* Whether node is the record's stanza or one that is forwarded in it. */
static bool speaks(const struct stanza *s, uint32_t node)
{
	return node == 0 ||
	    (stanza_is(s, node, NULL, "message") &&
		stanza_is(s, s->node[node].parent, FORWARD_NS, "forwarded"));
}

/* Every child of that name of the stanza and of forwarded ones. */
static bool children(struct view *v, const struct derivation *d,
    struct buf *b)
{
	const struct stanza *s = view_stanza(v);
	bool found = false;

	for (uint32_t i = 1; s && i < s->nodes; i++) {
		uint32_t parent = s->node[i].parent;

		if (!stanza_is(s, i, NULL, d->word) || !speaks(s, parent) ||
		    !span_same(s->node[i].ns, s->node[parent].ns))
			continue;
		if (found)
			buf_addc(b, '\n');
		stanza_text(s, i, b);
		found = true;
	}
	return found;
}

static const struct derivation fields[VIEW_FIELDS] = {
    [VIEW_SEQ] = {"seq", seq, 0, NULL},
    [VIEW_ID] = {"id", own, RECORD_ID, NULL},
    [VIEW_TIME] = {"time", own, RECORD_TIME, NULL},
    [VIEW_NODE] = {"node", own, RECORD_NODE, NULL},
    [VIEW_SESSION] = {"session", own, RECORD_SESSION, NULL},
    [VIEW_EVENT] = {"event", own, RECORD_EVENT, NULL},
    [VIEW_VERDICT] = {"verdict", own, RECORD_VERDICT, NULL},
    [VIEW_REASON] = {"reason", own, RECORD_REASON, NULL},
    [VIEW_RULE] = {"rule", rule, RECORD_REASON, NULL},
    [VIEW_TEXT] = {"text", text, RECORD_REASON, NULL},
    [VIEW_PROOF] = {"proof", own, RECORD_PROOF, NULL},
    [VIEW_KIND] = {"kind", kind, 0, NULL},
    [VIEW_TYPE] = {"type", attribute, 0, "type"},
    [VIEW_FROM] = {"from", from, 0, "from"},
    [VIEW_TO] = {"to", attribute, 0, "to"},
    [VIEW_STANZA_ID] = {"stanza-id", attribute, 0, "id"},
    [VIEW_SUBJECT] = {"subject", children, 0, "subject"},
    [VIEW_THREAD] = {"thread", children, 0, "thread"},
    [VIEW_BODY] = {"body", children, 0, "body"},
    [VIEW_STANZA] = {"stanza", own, RECORD_STANZA, NULL},
    [VIEW_ORIGINAL] = {"original", own, RECORD_ORIGINAL, NULL},
};

const char *view_name(enum view_field f)
{
	return fields[f].name;
}

int view_from(struct span s)
{
	for (int i = 0; i < VIEW_FIELDS; i++) {
		if (span_is(s, fields[i].name))
			return i;
	}
	return -1;
}

bool view_get(struct view *v, enum view_field f, struct buf *b)
{
	return fields[f].get(v, &fields[f], b);
}
