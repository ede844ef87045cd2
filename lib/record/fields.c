/* SPDX-License-Identifier: ISC */
/* The fields of a record by name. */
#include "record/fields.h"

#include <inttypes.h>

#include "base/percent.h"
#include "base/stamp.h"
#include "record/files.h"
#include "record/linked.h"

#define FORWARD_NS "urn:xmpp:forward:0"

/* How one field is derived. */
struct derivation {
	const char *name;
	bool (*get)(struct fields *, const struct derivation *, struct buf *);
	enum record_field own;
	const char *word; /* the name of what is looked for in the stanza */
};

void fields_begin(struct fields *v, const struct record *r, uint64_t seq)
{
	v->record = r;
	v->seq = seq;
	v->read = v->looked = false;
	v->fault = NULL;
}

void fields_release(struct fields *v)
{
	if (!v)
		return;
	stanza_release(&v->stanza);
	buf_release(&v->scratch);
	*v = (struct fields){0};
}

const struct stanza *fields_stanza(struct fields *v)
{
	if (!v->read)
		v->fault = stanza_read(&v->stanza,
		    v->record->field[RECORD_STANZA]);
	v->read = true;
	return v->fault ? NULL : &v->stanza;
}

const struct inner *fields_inner(struct fields *v)
{
	const struct stanza *s = fields_stanza(v);

	if (s && !v->looked)
		inner_read(&v->inner, s, v->record->event, &v->scratch);
	v->looked = s;
	return s ? &v->inner : NULL;
}

static bool seq(struct fields *v, const struct derivation *d, struct buf *b)
{
	(void)d;
	if (v->seq)
		buf_addf(b, "%" PRIu64, v->seq);
	return v->seq;
}

static bool own(struct fields *v, const struct derivation *d, struct buf *b)
{
	if (record_absent(v->record, d->own))
		return false;
	buf_addspan(b, v->record->field[d->own]);
	return true;
}

static bool rule(struct fields *v, const struct derivation *d, struct buf *b)
{
	struct reason last;

	if (!reason_last(v->record->field[d->own], &last))
		return false;
	buf_addspan(b, last.rule);
	return last.rule.n;
}

static bool text(struct fields *v, const struct derivation *d, struct buf *b)
{
	struct reason last;

	if (!reason_last(v->record->field[d->own], &last))
		return false;
	buf_addspan(b, last.text);
	return last.text.n;
}

static bool kind(struct fields *v, const struct derivation *d, struct buf *b)
{
	const struct stanza *s = fields_stanza(v);

	(void)d;
	if (s)
		buf_addspan(b, s->node[0].local);
	return s;
}

static bool attribute(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	const struct stanza *s = fields_stanza(v);
	struct span value = {NULL, 0};

	if (s)
		value = stanza_get(s, 0, d->word);
	if (value.p)
		stanza_unescape(b, value);
	return value.p;
}

/* cup's own elements name the user in an attribute of their own. */
static bool from(struct fields *v, const struct derivation *d, struct buf *b)
{
	static const struct derivation jid = {.word = "jid"};
	const struct stanza *s = fields_stanza(v);

	if (s && span_is(s->node[0].ns, RECORD_NS))
		d = &jid;
	return attribute(v, d, b);
}

static bool escaped(struct span value, struct buf *b)
{
	if (value.p)
		stanza_unescape(b, value);
	return value.p;
}

/* cup's own elements are nobody's words but the user's. */
static bool author(struct fields *v, const struct derivation *d, struct buf *b)
{
	const struct inner *in = fields_inner(v);

	if (in && span_is(v->stanza.node[0].ns, RECORD_NS))
		return from(v, d, b);
	return in && escaped(in->author, b);
}

static bool addressee(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	const struct inner *in = fields_inner(v);

	(void)d;
	return in && escaped(in->addressee, b);
}

static bool said(struct fields *v, const struct derivation *d, struct buf *b)
{
	const struct inner *in = fields_inner(v);
	char text[STAMP_LEN];
	int64_t micros;

	(void)d;
	if (!in || !inner_said(in, &micros))
		return false;
	stamp_write(text, micros);
	buf_add(b, text, STAMP_LEN);
	return true;
}

static bool replaces(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	const struct inner *in = fields_inner(v);

	(void)d;
	return in && escaped(in->replaces, b);
}

static bool refers(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	const struct inner *in = fields_inner(v);

	(void)d;
	return in && escaped(in->refers, b);
}

static bool copies(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	struct span s = record_copies(v->record);

	(void)d;
	buf_addspan(b, s);
	return s.n;
}

/* Of an upload itself. */
static bool uploaded(struct fields *v, struct buf *b)
{
	static const char *const parts[] = {"sha256", "size", "name"};
	const struct stanza *s = fields_stanza(v);

	if (!s || !stanza_is(s, 0, FILES_NS, "file"))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (i)
			buf_addc(b, ' ');
		stanza_unescape(b, stanza_get(s, 0, parts[i]));
	}
	return true;
}

static bool file(struct fields *v, const struct derivation *d, struct buf *b)
{
	struct span extra = v->record->extra;
	struct linked l;
	bool found = uploaded(v, b);

	(void)d;
	while (linked_next(&extra, &l)) {
		if (found)
			buf_addc(b, '\n');
		buf_addspan(b, l.sha256);
		buf_addf(b, " %" PRIu64 " ", l.size);
		percent_decode(b, l.name);
		found = true;
	}
	return found;
}

/* Whether node is the record's stanza or one that is forwarded in it. */
static bool speaks(const struct stanza *s, uint32_t node)
{
	return node == 0 ||
	    (stanza_is(s, node, NULL, "message") &&
		stanza_is(s, s->node[node].parent, FORWARD_NS, "forwarded"));
}

/* Every child of that name of the stanza and of forwarded ones. */
static bool children(struct fields *v, const struct derivation *d,
    struct buf *b)
{
	const struct stanza *s = fields_stanza(v);
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

static const struct derivation fields[FIELDS] = {
    [FIELD_SEQ] = {"seq", seq, 0, NULL},
    [FIELD_ID] = {"id", own, RECORD_ID, NULL},
    [FIELD_TIME] = {"time", own, RECORD_TIME, NULL},
    [FIELD_NODE] = {"node", own, RECORD_NODE, NULL},
    [FIELD_SESSION] = {"session", own, RECORD_SESSION, NULL},
    [FIELD_EVENT] = {"event", own, RECORD_EVENT, NULL},
    [FIELD_VERDICT] = {"verdict", own, RECORD_VERDICT, NULL},
    [FIELD_REASON] = {"reason", own, RECORD_REASON, NULL},
    [FIELD_RULE] = {"rule", rule, RECORD_REASON, NULL},
    [FIELD_TEXT] = {"text", text, RECORD_REASON, NULL},
    [FIELD_PROOF] = {"proof", own, RECORD_PROOF, NULL},
    [FIELD_KIND] = {"kind", kind, 0, NULL},
    [FIELD_TYPE] = {"type", attribute, 0, "type"},
    [FIELD_FROM] = {"from", from, 0, "from"},
    [FIELD_TO] = {"to", attribute, 0, "to"},
    [FIELD_STANZA_ID] = {"stanza-id", attribute, 0, "id"},
    [FIELD_SUBJECT] = {"subject", children, 0, "subject"},
    [FIELD_THREAD] = {"thread", children, 0, "thread"},
    [FIELD_BODY] = {"body", children, 0, "body"},
    [FIELD_AUTHOR] = {"author", author, 0, NULL},
    [FIELD_ADDRESSEE] = {"addressee", addressee, 0, NULL},
    [FIELD_SAID] = {"said", said, 0, NULL},
    [FIELD_REPLACES] = {"replaces", replaces, 0, NULL},
    [FIELD_REFERS] = {"refers", refers, 0, NULL},
    [FIELD_COPIES] = {"copies", copies, 0, NULL},
    [FIELD_FILE] = {"file", file, 0, NULL},
    [FIELD_STANZA] = {"stanza", own, RECORD_STANZA, NULL},
    [FIELD_ORIGINAL] = {"original", own, RECORD_ORIGINAL, NULL},
};

const char *field_name(enum field f)
{
	return fields[f].name;
}

int field_from(struct span s)
{
	for (int i = 0; i < FIELDS; i++) {
		if (span_is(s, fields[i].name))
			return i;
	}
	return -1;
}

bool fields_get(struct fields *v, enum field f, struct buf *b)
{
	return fields[f].get(v, &fields[f], b);
}
