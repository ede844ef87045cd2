/* SPDX-License-Identifier: ISC */
/* Records as a transcript for people, in columns: when, who, verdict, what. */
#include "journal/print.h"

#include <time.h>

#include "base/stamp.h"
#include "journal/columns.h"
#include "journal/print-label.h"
#include "journal/print-words.h"
#include "journal/printable.h"
#include "xml/jid.h"

enum {
	TIME_COLUMNS = 19,
	WHO_MIN = 24,
	WHO_MAX = 48,	 /* columns that addresses may claim for all lines */
	VERDICT_COLUMNS = 7,
	WHAT_MIN = 24,	 /* columns below which the text begins anew */
	NARROW_INDENT = 4,
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
	width = put_address(p, v, FIELD_FROM,
	    event == EVENT_SEND || event == EVENT_UPLOAD, out);
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

static void put_what(struct print *p, struct fields *v, struct columns *f)
{
	struct buf *words = &p->value, *label = &p->scratch;
	const char *colour = colours[v->record->verdict];
	bool spoken;

	buf_reset(words);
	buf_reset(label);
	spoken = print_words(p, v, words);
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

/* Where no room is left beside time and people, these flow too, and the words
 * begin on a line of their own. */
static void flow_head(struct print *p, const struct record *r,
    struct columns *f, size_t start)
{
	struct buf *head = &p->value;

	buf_reset(head);
	buf_add(head, f->out->data + start, f->out->len - start);
	f->out->len = start;
	f->column = f->gap = 0;
	f->indent = NARROW_INDENT;
	columns_text(f, buf_span(head));
	f->gap += 2;
	if (p->colour)
		columns_raw(f, colours[r->verdict]);
	columns_text(f, r->field[RECORD_VERDICT]);
	if (p->colour)
		columns_raw(f, PLAIN);
	columns_line(f);
}

static void record(struct print *p, struct fields *v, struct buf *out)
{
	struct columns *f = &p->columns;
	size_t who, verdict = v->record->field[RECORD_VERDICT].n;
	size_t start = out->len;

	put_time(p, v->record, out);
	buf_adds(out, "  ");
	who = put_who(p, v, out);
	f->out = out;
	f->width = p->width;
	f->column = TIME_COLUMNS + 2 + who + 2 + verdict;
	f->gap = VERDICT_COLUMNS - verdict + 2;
	f->indent = TIME_COLUMNS + 2 + p->who + 2 + VERDICT_COLUMNS + 2;
	f->fresh = false;
	if (f->width && f->indent + WHAT_MIN > f->width)
		flow_head(p, v->record, f, start);
	else
		put_verdict(p, v->record, out);
	put_what(p, v, f);
	buf_addc(out, '\n');
}

static void begin(struct print *p, struct buf *out)
{
	(void)out;
	p->who = WHO_MIN;
}

const struct print_format print_text = {"text", false, begin, record};
