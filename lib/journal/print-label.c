/* SPDX-License-Identifier: ISC */
/* The brackets of a transcript. */
#include "journal/print-label.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/percent.h"
#include "base/stamp.h"
#include "record/linked.h"
#include "record/review.h"
#include "xml/jid.h"

/* Append "[rule: text]" for what was refused, "[redacted: rule, ...]" for
 * what was changed. */
static void add_reason(const struct record *r, struct buf *b)
{
	struct span rest = r->field[RECORD_REASON];
	struct reason reason;
	const char *before = "[redacted: ";

	if (r->verdict > VERDICT_PASS && r->verdict != VERDICT_DELIVER) {
		if (!reason_last(rest, &reason))
			return;
		buf_addc(b, '[');
		buf_addspan(b, reason.rule);
		if (reason.rule.n && reason.text.n)
			buf_adds(b, ": ");
		buf_addspan(b, reason.text);
		buf_adds(b, "] ");
		return;
	}
	if (record_absent(r, RECORD_ORIGINAL))
		return;
	/* The last one is the rule that passed it, unless it is alone. */
	while (reason_next(&rest, &reason)) {
		if (rest.n == 0 && before[0] == ',')
			break;
		buf_adds(b, before);
		buf_addspan(b, reason.rule);
		before = ", ";
	}
	buf_adds(b, before[0] == ',' ? "] " : "[changed] ");
}

static void add_word(struct buf *b, struct span word)
{
	if (word.n && b->data[b->len - 1] != '[')
		buf_addc(b, ' ');
	buf_addspan(b, word);
}

static void add_children(struct buf *b, const struct stanza *s, uint32_t node)
{
	uint32_t i = s->node[node].child;

	for (; i != STANZA_NONE; i = s->node[i].next)
		add_word(b, s->node[i].local);
}

static void add_attributes(struct buf *b, const struct stanza *s)
{
	const struct stanza_node *root = &s->node[0];

	for (uint32_t i = root->attr; i < root->attr + root->attrs; i++) {
		if (span_is(s->attr[i].name, "jid"))
			continue;
		add_word(b, s->attr[i].name);
		buf_addc(b, '=');
		stanza_unescape(b, s->attr[i].value);
	}
}

static void add_after(struct buf *b, const char *before, struct span s)
{
	if (!s.p)
		return;
	buf_adds(b, before);
	buf_addspan(b, s);
}

/* "review: release of ID by anna: why" */
static void add_review(struct buf *b, const struct stanza *s)
{
	struct buf chars = BUF_EMPTY;
	struct review r;

	if (review_read(&r, s, &chars)) {
		add_word(b, span_of("unreadable"));
	} else {
		buf_addf(b, ": %s of ", review_verdict_name(r.verdict));
		buf_addspan(b, r.ref);
		add_after(b, " to ", r.to);
		add_after(b, " by ", r.by);
		add_after(b, ", ", r.outcome);
		add_after(b, ": ", r.why);
	}
	buf_release(&chars);
}

/* " plan.pdf, 81920 bytes, application/pdf, sha256 HEX" */
static void add_upload(struct buf *b, const struct stanza *s)
{
	struct span type = stanza_get(s, 0, "content");

	buf_addc(b, ' ');
	stanza_unescape(b, stanza_get(s, 0, "name"));
	buf_adds(b, ", ");
	stanza_unescape(b, stanza_get(s, 0, "size"));
	buf_adds(b, " bytes, ");
	if (type.n) {
		stanza_unescape(b, type);
		buf_adds(b, ", ");
	}
	buf_adds(b, "sha256 ");
	stanza_unescape(b, stanza_get(s, 0, "sha256"));
}

/* "[file plan.pdf, 81920 bytes, sha256 HEX] " */
static void add_linked(const struct record *r, struct buf *b)
{
	struct span extra = r->extra;
	struct linked l;

	while (linked_next(&extra, &l)) {
		buf_adds(b, "[file ");
		percent_decode(b, l.name);
		buf_addf(b, ", %" PRIu64 " bytes, sha256 ", l.size);
		buf_addspan(b, l.sha256);
		buf_adds(b, "] ");
	}
}

static void add_form(struct buf *b, const struct stanza *s,
    const struct inner *in, bool spoken)
{
	struct span type = stanza_get(s, 0, "type");
	bool message = stanza_is(s, 0, NULL, "message");

	if (!message)
		add_word(b, s->node[0].local);
	if (!message || span_is(type, "error"))
		add_word(b, type);
	if (!spoken && !in->about && !stanza_is(s, 0, NULL, "presence"))
		add_children(b, s, in->words);
}

/* The day and the minute. */
static void add_minute(const struct print *p, int64_t micros, struct buf *b)
{
	char stamp[STAMP_LEN], text[32];
	time_t seconds = (time_t)(micros / 1000000);
	struct tm tm;

	if (p->local) {
		localtime_r(&seconds, &tm);
		buf_add(b, text,
		    strftime(text, sizeof(text), "%F %H:%M", &tm));
		return;
	}
	stamp_write(stamp, micros);
	buf_add(b, stamp, 10);
	buf_addc(b, ' ');
	buf_add(b, stamp + 11, 5);
}

/* Whose words they are, where that is not who sent them: a user of ours
 * without the resource, as in the column. */
static void add_people(const struct inner *in, const struct stanza *s,
    enum event event, struct buf *b)
{
	struct span own = stanza_get(s, 0,
	    event == EVENT_SEND ? "from" : "to");
	const struct span side[] = {in->from, in->to};

	own = own.p ? jid_bare(own) : own;
	for (int i = 0; i < 2; i++) {
		if (!side[i].p)
			continue;
		buf_adds(b, i ? " > " : " ");
		stanza_unescape(b, own.p && span_same(jid_bare(side[i]), own)
			? own
			: side[i]);
	}
}

/* "[carbon alice > bob] ", "[archive 2019-07-10 09:00 bob > alice] ",
 * "[correction of ID] " */
static void add_inner(const struct print *p, struct fields *v, struct buf *b)
{
	const struct inner *in = fields_inner(v);
	int64_t micros;

	if (!in)
		return;
	if (in->kind != INNER_NONE) {
		buf_adds(b, in->forged ? "[forged " : "[");
		buf_adds(b, inner_name(in->kind));
		if (inner_said(in, &micros)) {
			buf_addc(b, ' ');
			add_minute(p, micros, b);
		}
		add_people(in, &v->stanza, v->record->event, b);
		buf_adds(b, "] ");
	}
	if (in->about) {
		buf_addf(b, "[%s ", in->about);
		stanza_unescape(b, in->replaces.p ? in->replaces : in->refers);
		buf_adds(b, "] ");
	}
}

/* Append in brackets what is not said in words: the kind of event or stanza,
 * and what a stanza without words has in it. */
static void add_aside(struct fields *v, bool spoken, struct buf *b)
{
	const struct stanza *s = fields_stanza(v);
	enum event event = v->record->event;
	size_t before = b->len;

	buf_addc(b, '[');
	if (event != EVENT_SEND && event != EVENT_RECV)
		add_word(b, span_of(event_name(event)));
	if (!s)
		add_word(b, span_of("unreadable"));
	else if (event == EVENT_REVIEW)
		add_review(b, s);
	else if (event == EVENT_UPLOAD)
		add_upload(b, s);
	else if (span_is(s->node[0].ns, RECORD_NS))
		add_attributes(b, s);
	else
		add_form(b, s, fields_inner(v), spoken);
	if (b->len == before + 1)
		b->len = before;
	else
		buf_adds(b, "] ");
}

void print_label(const struct print *p, struct fields *v, bool spoken,
    struct buf *b)
{
	add_reason(v->record, b);
	add_inner(p, v, b);
	add_linked(v->record, b);
	add_aside(v, spoken, b);
}
