/* SPDX-License-Identifier: ISC */
/* An account, for people, of how a record was decided. */
#include "policy/explain.h"
#include "policy/judge.h"

#include "base/utf8.h"

enum {
	SEEN_MAX = 60,   /* bytes shown of one value */
	NAME_WIDTH = 10,
};

/* What cannot be seen, or would turn the rest of the line around. */
static bool invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

/* In quotes, on one line, cut. */
void explain_quoted(struct buf *b, struct span s)
{
	bool cut = s.n > SEEN_MAX;
	size_t step;

	buf_addc(b, '"');
	for (size_t i = 0; i < s.n && i < SEEN_MAX; i += step) {
		uint32_t c;

		step = utf8_char(s.p + i, s.n - i);
		c = step ? utf8_point(s.p + i, step) : 0xfffd;
		step += !step;
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", (char)c);
		else if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '\t')
			buf_adds(b, "\\t");
		else if (invisible(c))
			buf_addf(b, "\\u{%x}", (unsigned)c);
		else
			buf_add(b, s.p + i, step);
	}
	buf_adds(b, cut ? "\"..." : "\"");
}

static void add_label(struct buf *b, struct span name)
{
	buf_addf(b, "    %-*.*s", NAME_WIDTH, SPAN_ARG(name));
}

/* A condition as it was written, its blanks squeezed, cut. */
static void add_source(struct buf *b, struct span s)
{
	struct span shown = span_cut(s);
	bool blank = false;

	for (size_t i = 0; i < shown.n; i++) {
		bool is_blank = strchr(" \t\r\n", shown.p[i]);

		if (is_blank && !blank)
			buf_addc(b, ' ');
		else if (!is_blank)
			buf_addc(b, shown.p[i]);
		blank = is_blank;
	}
	if (shown.n < s.n)
		buf_adds(b, "...");
}

void explain_more(struct buf *b, size_t shown, size_t count)
{
	if (shown < count)
		buf_addf(b, " and %zu more", count - shown);
}

static void see_participants(
    struct policy *p, enum participants_side side, struct buf *b)
{
	const struct participant_list *list;
	size_t i;

	judged_participants(p);
	list = &p->judged.participants.side[side];
	if (!list->count)
		buf_adds(b, "none");
	for (i = 0; i < list->count && i < EXPLAIN_VALUES; i++) {
		const struct participant *one = &list->participant[i];

		if (i)
			buf_adds(b, ", ");
		explain_quoted(b, one->jid.p ? one->jid : one->raw);
		if (!one->jid.p)
			buf_adds(b, " (no valid address)");
	}
	explain_more(b, i, list->count);
}

static void see_event(
    struct policy *p, const struct condition *c, struct buf *b)
{
	(void)c;
	buf_adds(b, event_name(p->judged.event));
}

static void see_bits(const char *const *words, uint32_t bits, struct buf *b)
{
	for (int i = 0; words[i]; i++) {
		if (bits >> i & 1)
			buf_adds(b, words[i]);
	}
}

static void see_kind(struct policy *p, const struct condition *c, struct buf *b)
{
	(void)c;
	judged_kind(p);
	see_bits(kind_words, p->judged.kind, b);
}

static void see_type(struct policy *p, const struct condition *c, struct buf *b)
{
	(void)c;
	judged_kind(p);
	see_bits(type_words, p->judged.type, b);
}

static void see_size(struct policy *p, const struct condition *c, struct buf *b)
{
	(void)c;
	buf_addf(b, "%zu", p->judged.data.n);
}

static void see_participant(
    struct policy *p, const struct condition *c, struct buf *b)
{
	see_participants(
	    p, c->kind == ON_FROM ? PARTICIPANTS_FROM : PARTICIPANTS_TO, b);
}

/* The texts that match; all of them where none does. */
static void see_body(struct policy *p, const struct condition *c, struct buf *b)
{
	const struct texts *t;
	size_t shown = 0, hits = 0, count;

	judged_texts(p);
	t = &p->judged.texts;
	for (size_t i = 0; i < t->count; i++)
		hits += text_in_sets(p, c, i) != 0;
	count = hits ? hits : t->count;
	if (!count)
		buf_adds(b, "no text");
	for (size_t i = 0; i < t->count && shown < EXPLAIN_VALUES; i++) {
		if (hits && text_in_sets(p, c, i) == 0)
			continue;
		if (shown++)
			buf_adds(b, ", ");
		explain_quoted(b, texts_at(t, i));
	}
	explain_more(b, shown, count);
}

static void see_xpath(
    struct policy *p, const struct condition *c, struct buf *b)
{
	int holds;

	judged_document(p);
	holds = xpath_holds(p->xpath, c->xpath);
	buf_adds(b, holds < 0 ? "an error" : holds ? "true" : "false");
}

static void (*const see[CONDITION_KINDS])(
    struct policy *, const struct condition *, struct buf *) = {
    [ON_EVENT] = see_event,
    [ON_KIND] = see_kind,
    [ON_TYPE] = see_type,
    [ON_SIZE] = see_size,
    [ON_TIME] = see_when,
    [ON_DAY] = see_when,
    [ON_SINCE] = see_when,
    [ON_UNTIL] = see_when,
    [ON_FROM] = see_participant,
    [ON_TO] = see_participant,
    [ON_ENCRYPTED] = see_encrypted,
    [ON_FILE] = see_file,
    [ON_BODY] = see_body,
    [ON_XPATH] = see_xpath,
    [ON_SCHEMA] = see_schema,
    [ON_RATE] = see_rate,
};

static void add_seen(struct policy *p, const struct condition *c, struct buf *b)
{
	add_source(b, c->source);
	buf_adds(b, ", and it is ");
	see[c->kind](p, c, b);
	buf_addc(b, '\n');
	if (c->kind == ON_BODY && !c->negated)
		body_steps(p, c, b, 4 + NAME_WIDTH + 5);
}

void explain_unmet(struct policy *p, const struct rule *r,
    const struct condition *c, struct buf *b)
{
	add_label(b, r->name);
	buf_adds(b, " no: ");
	add_seen(p, c, b);
}

void explain_met(
    struct policy *p, const struct rule *r, const char *outcome, struct buf *b)
{
	add_label(b, r->name);
	buf_addf(b, " %s", outcome);
	buf_adds(b, r->conditions ? ":\n" : "\n");
	for (size_t i = 0; i < r->conditions; i++) {
		buf_addf(b, "%*s", 4 + NAME_WIDTH + 3, "");
		add_seen(p, &r->condition[i], b);
	}
}

void explain_released(
    struct policy *p, const struct rule *r, struct buf *b)
{
	add_label(b, r->name);
	buf_adds(b, " left out: released by ");
	explain_quoted(b, p->judged.released.by);
	buf_addc(b, '\n');
}

void explain_record(struct policy *p, const struct record *r, struct buf *b)
{
	buf_addspan(b, r->field[RECORD_ID]);
	buf_addf(b, " %s", event_name(r->event));
	if (r->verdict >= VERDICT_DELIVER || r->event == EVENT_REVIEW) {
		buf_addc(b, '\n');
		return;
	}
	judged_kind(p);
	buf_addc(b, ' ');
	see_bits(kind_words, p->judged.kind, b);
	if (stanza_is_stanza(&p->judged.stanza)) {
		buf_addc(b, ' ');
		see_bits(type_words, p->judged.type, b);
	}
	buf_adds(b, "\n    from ");
	see_participants(p, PARTICIPANTS_FROM, b);
	buf_adds(b, "\n    to ");
	see_participants(p, PARTICIPANTS_TO, b);
	buf_addc(b, '\n');
}

void explain_verdict(const struct record *r, bool kept, struct buf *b)
{
	buf_addf(b, "  = %s", verdict_name(r->verdict));
	if (kept)
		buf_adds(b, ", as it came");
	if (!record_absent(r, RECORD_REASON)) {
		buf_adds(b, ": ");
		buf_addspan(b, r->field[RECORD_REASON]);
	}
	buf_addc(b, '\n');
}
