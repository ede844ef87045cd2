/* SPDX-License-Identifier: ISC */
/* What policies decide otherwise: a table, JSON, or records. */
#include "trial/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "journal/print.h"
#include "journal/printable.h"

enum {
	TIME_COLUMNS = 19,
	CELL_MIN = 16,
	CELL_MAX = 40,	/* columns that a cell may claim for all lines */
	TEXT_COLUMNS = 60,
	RULE_COLUMNS = 20,
};

struct report_format {
	const char *name;
	void (*begin)(struct report *, struct buf *);
	void (*record)(
	    struct report *, const struct compared *, struct buf *);
	void (*end)(struct report *, const struct tally *, struct buf *);
};

/* ---- as a table */

static void pad(struct buf *out, size_t width, size_t *columns)
{
	if (*columns < CELL_MIN)
		*columns = CELL_MIN;
	if (width > *columns)
		*columns = width < CELL_MAX ? width : CELL_MAX;
	for (; width < *columns; width++)
		buf_addc(out, ' ');
	buf_adds(out, "  ");
}

static void cell(struct buf *out, struct span text, size_t *columns)
{
	pad(out, printable_text(out, text), columns);
}

static void table_begin(struct report *p, struct buf *out)
{
	size_t time = TIME_COLUMNS;

	cell(out, span_of("TIME"), &time);
	cell(out, span_of("FROM"), &p->from);
	cell(out, span_of("TO"), &p->to);
	cell(out, span_of("OLD"), &p->before);
	cell(out, span_of("NEW"), &p->after);
	buf_adds(out, "TEXT\n");
}

static struct span value(struct report *p, enum field f)
{
	buf_reset(&p->value);
	if (!fields_get(&p->fields, f, &p->value))
		return span_of("-");
	return buf_span(&p->value);
}

/* "pass cards+rest": the verdict, and all rules that had to do with it. */
static void decision(struct report *p, struct buf *out,
    const struct outcome *o, size_t *columns)
{
	struct span rest = o->reason;
	struct reason reason;
	char before = ' ';

	buf_reset(&p->value);
	buf_adds(&p->value, verdict_name(o->verdict));
	while (reason_next(&rest, &reason)) {
		buf_addc(&p->value, before);
		buf_addspan(&p->value, reason.rule);
		before = '+';
	}
	cell(out, buf_span(&p->value), columns);
}

/* The beginning of it, on one line. */
static void text(struct buf *out, struct span s)
{
	size_t columns = 0, step;

	for (size_t i = 0; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (!step)
			return;
		if (columns >= TEXT_COLUMNS) {
			buf_adds(out, "...");
			return;
		}
		columns += s.p[i] == '\n' || s.p[i] == '\t'
		    ? printable_char(out, " ", 1)
		    : printable_char(out, s.p + i, step);
	}
}

static void table_record(
    struct report *p, const struct compared *c, struct buf *out)
{
	struct span time = c->record.field[RECORD_TIME];

	buf_add(out, time.p, 10);
	buf_addc(out, ' ');
	buf_add(out, time.p + 11, 8);
	buf_adds(out, "  ");
	cell(out, value(p, FIELD_FROM), &p->from);
	cell(out, value(p, FIELD_TO), &p->to);
	decision(p, out, &c->before, &p->before);
	decision(p, out, &c->after, &p->after);
	buf_reset(&p->value);
	if (fields_get(&p->fields, FIELD_BODY, &p->value)) {
		text(out, buf_span(&p->value));
	} else {
		buf_addc(out, '(');
		(void)printable_text(out, value(p, FIELD_KIND));
		buf_addc(out, ')');
	}
	buf_addc(out, '\n');
}

static bool has_counts(const struct tally_rule *r)
{
	for (int c = 0; c < CHANGES; c++) {
		if (r->count[c])
			return true;
	}
	return false;
}

static void counts(struct buf *out, const char *prefix, struct span name,
    const uint64_t *count)
{
	size_t columns = RULE_COLUMNS;

	buf_adds(out, prefix);
	cell(out, name, &columns);
	for (int c = 0; c < CHANGES; c++)
		buf_addf(out, " %9" PRIu64, count[c]);
	buf_addc(out, '\n');
}

/* The summary, each line behind a prefix. */
static void summary(
    const struct tally *t, const char *prefix, struct buf *out)
{
	if (t->differing) {
		size_t columns = RULE_COLUMNS;

		buf_adds(out, prefix);
		cell(out, span_of("newly, by rule"), &columns);
		for (int c = 0; c < CHANGES; c++)
			buf_addf(out, " %9s", change_name(c));
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < t->rules; i++) {
		if (has_counts(&t->rule[i]))
			counts(out, prefix, t->rule[i].name, t->rule[i].count);
	}
	if (t->differing)
		counts(out, prefix, span_of("records"), t->count);
	buf_addf(out, "%s%" PRIu64 " of %" PRIu64 " records differ\n", prefix,
	    t->differing, t->records);
}

static void table_end(struct report *p, const struct tally *t, struct buf *out)
{
	(void)p;
	if (t->differing)
		buf_addc(out, '\n');
	summary(t, "", out);
}

/* ---- as JSON, an object a line */

static void json_member(struct buf *out, const char *name, struct span value)
{
	print_json_string(out, span_of(name));
	buf_addc(out, ':');
	if (value.p)
		print_json_string(out, value);
	else
		buf_adds(out, "null");
}

static void json_outcome(struct buf *out, const char *name,
    const struct outcome *o)
{
	struct reason last = {.rule = {NULL, 0}};

	reason_last(o->reason, &last);
	buf_addf(out, ",\"%s\":{", name);
	json_member(out, "verdict", span_of(verdict_name(o->verdict)));
	buf_addc(out, ',');
	json_member(out, "rule", last.rule);
	buf_addc(out, ',');
	json_member(out, "reason", o->reason);
	buf_addc(out, ',');
	json_member(out, "stanza", o->stanza);
	buf_addc(out, '}');
}

static void json_record(
    struct report *p, const struct compared *c, struct buf *out)
{
	static const enum field shown[] = {FIELD_ID, FIELD_TIME, FIELD_NODE,
	    FIELD_SESSION, FIELD_EVENT, FIELD_KIND, FIELD_TYPE, FIELD_FROM,
	    FIELD_TO, FIELD_STANZA_ID, FIELD_BODY};

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		bool there;

		buf_reset(&p->value);
		there = fields_get(&p->fields, shown[i], &p->value);
		buf_addc(out, i ? ',' : '{');
		json_member(out, field_name(shown[i]), there
			? buf_span(&p->value) : (struct span){NULL, 0});
	}
	json_outcome(out, "old", &c->before);
	json_outcome(out, "new", &c->after);
	buf_adds(out, "}\n");
}

static void json_counts(struct buf *out, const uint64_t *count)
{
	for (int c = 0; c < CHANGES; c++)
		buf_addf(out, "%s\"%s\":%" PRIu64, c ? "," : "{",
		    change_key(c), count[c]);
	buf_addc(out, '}');
}

static void json_end(struct report *p, const struct tally *t, struct buf *out)
{
	const char *before = "";

	(void)p;
	buf_addf(out, "{\"summary\":{\"records\":%" PRIu64 ",\"differ\":%" PRIu64
	    ",\"newly\":", t->records, t->differing);
	json_counts(out, t->count);
	buf_adds(out, ",\"rules\":{");
	for (size_t i = 0; i < t->rules; i++) {
		if (!has_counts(&t->rule[i]))
			continue;
		buf_adds(out, before);
		print_json_string(out, t->rule[i].name);
		buf_addc(out, ':');
		json_counts(out, t->rule[i].count);
		before = ",";
	}
	buf_adds(out, "}}}\n");
}

/* ---- as records */

static void records_record(
    struct report *p, const struct compared *c, struct buf *out)
{
	struct record r = c->record;

	(void)p;
	if (!span_same(c->after.stanza, r.field[RECORD_STANZA])) {
		r.field[RECORD_ORIGINAL] = r.field[RECORD_STANZA];
		r.field[RECORD_STANZA] = c->after.stanza;
	}
	r.field[RECORD_REASON] = c->after.reason;
	record_set_verdict(&r, c->after.verdict);
	outcome_record(out, &r, &c->before);
}

/* Lines that stages pass on, and readers of records leave out. */
static void records_end(
    struct report *p, const struct tally *t, struct buf *out)
{
	(void)p;
	summary(t, "# ", out);
}

/* ---- */

static const struct report_format formats[] = {
    {"table", table_begin, table_record, table_end},
    {"json", NULL, json_record, json_end},
    {"records", NULL, records_record, records_end},
};

const struct report_format *report_format_from(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}

void report_begin(struct report *p, struct buf *out)
{
	if (p->format->begin)
		p->format->begin(p, out);
}

void report_record(struct report *p, const struct compared *c, struct buf *out)
{
	fields_begin(&p->fields, &c->record, 0);
	p->format->record(p, c, out);
}

void report_end(struct report *p, const struct tally *t, struct buf *out)
{
	p->format->end(p, t, out);
}

void report_release(struct report *p)
{
	fields_release(&p->fields);
	buf_release(&p->value);
}
