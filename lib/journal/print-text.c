/* SPDX-License-Identifier: ISC */
/* Records as a transcript for people, in columns: when, who, verdict, what. */
#include "journal/print.h"

#include <string.h>
#include <time.h>

#include "base/stamp.h"
#include "journal/columns.h"
#include "journal/print-label.h"
#include "journal/printable.h"
#include "xml/jid.h"

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
static size_t put_address(struct print *p, struct fields *v, enum field f,
    bool ours, struct buf *out)
{
	struct span jid;

	buf_reset(&p->value);
	if (!fields_get(v, f, &p->value))
		return 0;
	jid = buf_span(&p->value);
	return printable_text(out, ours ? jid_bare(jid) : jid);
}

/* Returns the columns it took. */
static size_t put_who(struct print *p, struct fields *v, struct buf *out)
{
	enum event event = v->record->event;
	struct buf *to = &p->scratch;
	size_t width, n;

	buf_reset(to);
	width = put_address(p, v, FIELD_FROM, event == EVENT_SEND, out);
	n = put_address(p, v, FIELD_TO, event == EVENT_RECV, to);
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

		if (p->texts.text[i].kind != TEXT_WORDS)
			continue;
		if (b->len - before + text.n > ASIDE_MAX)
			break;
		if (b->len > before)
			buf_addc(b, ' ');
		buf_addspan(b, text);
	}
}

/* Collect what is said. Returns whether it is a subject or a body. */
static bool add_words(struct print *p, struct fields *v, struct buf *b)
{
	const struct stanza *s = fields_stanza(v);
	size_t start = b->len;
	bool subject;

	buf_adds(b, "Subject: ");
	subject = fields_get(v, FIELD_SUBJECT, b);
	if (subject)
		buf_addc(b, '\n');
	else
		b->len = start;
	start = b->len;
	if (fields_get(v, FIELD_BODY, b)) {
		add_formatted(s, start, b);
		return true;
	}
	if (subject)
		b->len--; /* the line feed */
	else if (s && !stanza_is(s, 0, NULL, "iq") &&
	    v->record->event != EVENT_REVIEW)
		add_short_texts(p, s, b);
	return subject;
}

static void put_what(struct print *p, struct fields *v, struct columns *f)
{
	struct buf *words = &p->value, *label = &p->scratch;
	const char *colour = colours[v->record->verdict];
	bool spoken;

	buf_reset(words);
	buf_reset(label);
	spoken = add_words(p, v, words);
	print_label(p, v, spoken, label);
	if (label->len) {
		if (p->colour)
			columns_raw(f, colour);
		columns_text(f, buf_span(label));
		if (p->colour)
			columns_raw(f, PLAIN);
	}
	columns_text(f, buf_span(words));
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

static void record(struct print *p, struct fields *v, struct buf *out)
{
	struct columns *f = &p->columns;
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
		columns_line(f);
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
