/* SPDX-License-Identifier: ISC */
/* Records as a transcript for people, in columns: when, who, verdict, what. */
#include "print.h"

#include <string.h>
#include <time.h>

#include "flow.h"
#include "jid.h"
#include "show.h"
#include "stamp.h"

#define XHTML_IM "http://jabber.org/protocol/xhtml-im"

enum {
	TIME_COLUMNS = 19,
	WHO_MIN = 24,
	WHO_MAX = 48,	 /* columns that addresses may claim for all lines */
	VERDICT_COLUMNS = 7,
	WHAT_MIN = 24,	 /* columns below which the text begins anew */
	NARROW_INDENT = 4,
	ASIDE_MAX = 200, /* bytes shown of what is no body */
};

#define PLAIN "\033[0m"

static const char *const colours[VERDICTS] = {
    [VERDICT_NONE] = "\033[2m",
    [VERDICT_PASS] = "\033[32m",
    [VERDICT_HOLD] = "\033[33m",
    [VERDICT_REJECT] = "\033[31m",
    [VERDICT_DROP] = "\033[35m",
    [VERDICT_DELIVER] = "\033[32m",
    [VERDICT_RETURN] = "\033[31m",
    [VERDICT_DISCARD] = "\033[35m",
};

static void put_time(const struct print *p, const struct record *r,
    struct buf *out)
{
	struct span t = r->field[RECORD_TIME];
	char text[32];
	int64_t micros;
	struct tm tm;
	time_t seconds;

	if (p->local && stamp_read(t.p, t.n, &micros)) {
		seconds = (time_t)(micros / 1000000);
		localtime_r(&seconds, &tm);
		buf_add(out, text, strftime(text, sizeof(text), "%F %T", &tm));
		return;
	}
	buf_add(out, t.p, 10);
	buf_addc(out, ' ');
	buf_add(out, t.p + 11, 8);
}

/* A user of ours is named without the resource, a peer as it is addressed:
 * there the resource may be a person's name in a room. */
static size_t put_address(struct print *p, struct view *v, enum view_field f,
    bool ours, struct buf *out)
{
	struct span jid;

	buf_reset(&p->value);
	if (!view_get(v, f, &p->value))
		return 0;
	jid = buf_span(&p->value);
	return show_text(out, ours ? jid_bare(jid) : jid);
}

/* Returns the columns it took. */
static size_t put_who(struct print *p, struct view *v, struct buf *out)
{
	enum event event = v->record->event;
	struct buf *to = &p->scratch;
	size_t width, n;

	buf_reset(to);
	width = put_address(p, v, VIEW_FROM, event == EVENT_SEND, out);
	n = put_address(p, v, VIEW_TO, event == EVENT_RECV, to);
	if (n) {
		buf_adds(out, width ? " > " : "> ");
		buf_addspan(out, buf_span(to));
		width += n + (width ? 3 : 2);
	}
	if (width > p->who)
		p->who = width < WHO_MAX ? width : WHO_MAX;
	for (n = width; n < p->who; n++)
		buf_addc(out, ' ');
	return n;
}

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

static void add_children(struct buf *b, const struct stanza *s)
{
	uint32_t i = s->node[0].child;

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

static void add_form(struct buf *b, const struct stanza *s, bool spoken)
{
	struct span type = stanza_get(s, 0, "type");
	bool message = stanza_is(s, 0, NULL, "message");

	if (!message)
		add_word(b, s->node[0].local);
	if (!message || span_is(type, "error"))
		add_word(b, type);
	if (!spoken && !stanza_is(s, 0, NULL, "presence"))
		add_children(b, s);
}

/* Append in brackets what is not said in words: the kind of event or stanza,
 * and what a stanza without words has in it. */
static void add_aside(struct view *v, bool spoken, struct buf *b)
{
	const struct stanza *s = view_stanza(v);
	enum event event = v->record->event;
	size_t before = b->len;

	buf_addc(b, '[');
	if (event != EVENT_SEND && event != EVENT_RECV)
		add_word(b, span_of(event_name(event)));
	if (!s)
		add_word(b, span_of("unreadable"));
	else if (span_is(s->node[0].ns, RECORD_NS))
		add_attributes(b, s);
	else
		add_form(b, s, spoken);
	if (b->len == before + 1)
		b->len = before;
	else
		buf_adds(b, "] ");
}

/* A client may show the formatted text (XEP-0071) in place of the body: where
 * it says something else, that is shown too. */
static void add_formatted(const struct stanza *s, size_t body, struct buf *b)
{
	uint32_t html = stanza_child(s, 0, XHTML_IM, "html");
	size_t end = b->len, len;

	if (html == STANZA_NONE)
		return;
	buf_adds(b, "\n[formatted] ");
	len = b->len;
	stanza_text(s, html, b);
	if (b->len - len == end - body &&
	    memcmp(b->data + len, b->data + body, end - body) == 0)
		b->len = end;
}

/* Texts that are no body, if they are short: a status, a reaction, the reason
 * of an invitation. */
static void add_short_texts(struct print *p, const struct stanza *s,
    struct buf *b)
{
	size_t before = b->len;

	texts_collect(&p->texts, s);
	for (size_t i = 0; i < p->texts.count; i++) {
		struct span text = texts_at(&p->texts, i);

		if (b->len - before + text.n > ASIDE_MAX)
			break;
		if (b->len > before)
			buf_addc(b, ' ');
		buf_addspan(b, text);
	}
}

/* Collect what is said. Returns whether it is a subject or a body. */
static bool add_words(struct print *p, struct view *v, struct buf *b)
{
	const struct stanza *s = view_stanza(v);
	size_t start = b->len;
	bool subject;

	buf_adds(b, "Subject: ");
	subject = view_get(v, VIEW_SUBJECT, b);
	if (subject)
		buf_addc(b, '\n');
	else
		b->len = start;
	start = b->len;
	if (view_get(v, VIEW_BODY, b)) {
		add_formatted(s, start, b);
		return true;
	}
	if (subject)
		b->len--; /* the line feed */
	else if (s && !stanza_is(s, 0, NULL, "iq"))
		add_short_texts(p, s, b);
	return subject;
}

static void put_what(struct print *p, struct view *v, struct flow *f)
{
	struct buf *words = &p->value, *label = &p->scratch;
	const char *colour = colours[v->record->verdict];
	bool spoken;

	buf_reset(words);
	buf_reset(label);
	spoken = add_words(p, v, words);
	add_reason(v->record, label);
	add_aside(v, spoken, label);
	if (label->len) {
		if (p->colour)
			flow_raw(f, colour);
		flow_text(f, buf_span(label));
		if (p->colour)
			flow_raw(f, PLAIN);
	}
	flow_text(f, buf_span(words));
}

static void put_verdict(const struct print *p, const struct record *r,
    struct buf *out)
{
	struct span verdict = r->field[RECORD_VERDICT];

	buf_adds(out, "  ");
	if (p->colour)
		buf_adds(out, colours[r->verdict]);
	buf_addspan(out, verdict);
	if (p->colour)
		buf_adds(out, PLAIN);
}

static void record(struct print *p, struct view *v, struct buf *out)
{
	struct flow *f = &p->flow;
	size_t who, verdict = v->record->field[RECORD_VERDICT].n;

	put_time(p, v->record, out);
	buf_adds(out, "  ");
	who = put_who(p, v, out);
	put_verdict(p, v->record, out);
	f->out = out;
	f->width = p->width;
	f->column = TIME_COLUMNS + 2 + who + 2 + verdict;
	f->gap = VERDICT_COLUMNS - verdict + 2;
	f->indent = TIME_COLUMNS + 2 + p->who + 2 + VERDICT_COLUMNS + 2;
	f->fresh = false;
	if (f->width && f->indent + WHAT_MIN > f->width) {
		f->indent = NARROW_INDENT;
		flow_line(f);
	}
	put_what(p, v, f);
	buf_addc(out, '\n');
}

static void begin(struct print *p, struct buf *out)
{
	(void)out;
	p->who = WHO_MIN;
}

const struct print_format print_text = {"text", false, begin, record};
