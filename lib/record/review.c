/* SPDX-License-Identifier: ISC */
/* What is settled of records that were held. */
#include "record/review.h"

#include <stddef.h>
#include <string.h>

#include "base/utf8.h"
#include "base/uuid.h"

static const char *const verdicts[REVIEW_VERDICTS] = {"release", "refuse",
    "escalate", "note", "expired", "again", "done", "arrived"};

/* In the order they are written; verdict stands behind ref. */
static const struct attribute {
	const char *name;
	size_t at;
} attributes[] = {
    {"ref", offsetof(struct review, ref)},
    {"by", offsetof(struct review, by)},
    {"to", offsetof(struct review, to)},
    {"outcome", offsetof(struct review, outcome)},
    {"try", offsetof(struct review, try)},
    {"why", offsetof(struct review, why)},
    {"event", offsetof(struct review, event)},
    {"rules", offsetof(struct review, rules)},
    {"time", offsetof(struct review, time)},
    {"node", offsetof(struct review, node)},
};

enum { ATTRIBUTES = sizeof(attributes) / sizeof(*attributes) };

static const char released[] = "released", tag[] = "review";

const char *review_verdict_name(enum review_verdict v)
{
	return verdicts[v];
}

int review_verdict_from(struct span s)
{
	for (int v = 0; v < REVIEW_VERDICTS; v++) {
		if (span_is(s, verdicts[v]))
			return v;
	}
	return -1;
}

bool review_by_person(enum review_verdict v)
{
	return v <= REVIEW_NOTE;
}

bool review_text_valid(struct span s)
{
	return s.n > 0 && s.n <= REVIEW_TEXT_MAX && !memchr(s.p, '\t', s.n) &&
	    utf8_line(s.p, s.n) == s.n;
}

/* Unescaped, no value is longer than it was: with room for all of them the
 * buffer stays where it is. */
static void read_attributes(struct review *r, const struct stanza *s,
    struct buf *chars)
{
	buf_reset(chars);
	buf_room(chars, s->node[0].raw.n);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct span raw = stanza_get(s, 0, attributes[i].name);
		size_t at = chars->len;

		if (!raw.p)
			continue;
		stanza_unescape(chars, raw);
		*(struct span *)((char *)r + attributes[i].at) =
		    (struct span){chars->data + at, chars->len - at};
	}
}

const char *review_read(
    struct review *r, const struct stanza *s, struct buf *chars)
{
	int verdict;

	*r = (struct review){.held = STANZA_NONE};
	if (!s->nodes || !stanza_is(s, 0, REVIEW_NS, "review"))
		return "is no review";
	verdict = review_verdict_from(stanza_get(s, 0, "verdict"));
	if (verdict < 0)
		return "has an unknown verdict";
	r->verdict = (enum review_verdict)verdict;
	read_attributes(r, s, chars);
	if (!uuid_valid(r->ref.p, r->ref.n))
		return "refers to no id";
	r->held = s->node[0].child;
	if (r->held != STANZA_NONE &&
	    (!s->node[r->held].name.n || s->node[r->held].next != STANZA_NONE))
		return "has something other than one stanza inside";
	return NULL;
}

void review_write(struct buf *b, const struct review *r, struct span held)
{
	buf_adds(b, "<review xmlns=\"" REVIEW_NS "\"");
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct span *value = (const struct span *)(const void *)(
		    (const char *)r + attributes[i].at);

		if (i == 1)
			buf_addf(b, " verdict=\"%s\"", verdicts[r->verdict]);
		if (!value->p)
			continue;
		buf_addf(b, " %s=\"", attributes[i].name);
		stanza_escape_attr(b, *value);
		buf_addc(b, '"');
	}
	if (!held.p) {
		buf_adds(b, "/>");
		return;
	}
	buf_addc(b, '>');
	buf_addspan(b, held);
	buf_adds(b, "</review>");
}

void review_reason_write(struct buf *b, const struct review_reason *r)
{
	buf_addf(b, "%s@%s: by ", released, tag);
	buf_addspan(b, r->by);
	buf_adds(b, " for ");
	buf_addspan(b, r->rules);
	buf_adds(b, " (");
	buf_addspan(b, r->id);
	if (r->try.p) {
		buf_addc(b, ' ');
		buf_addspan(b, r->try);
	}
	buf_addc(b, ')');
}

/* Split s before and behind the first between in it, false if it has none. */
static bool split(struct span s, const char *between, struct span *before,
    struct span *behind)
{
	size_t n = strlen(between);

	for (size_t i = 0; i + n <= s.n; i++) {
		if (memcmp(s.p + i, between, n) != 0)
			continue;
		*before = (struct span){s.p, i};
		*behind = (struct span){s.p + i + n, s.n - i - n};
		return true;
	}
	return false;
}

/* "by NAME for RULES (ID TRY)": neither name nor rules have a blank before a
 * bracket. */
static bool read_text(struct span text, struct review_reason *r)
{
	struct span rest;

	if (!span_starts(text, "by ") || !span_ends(text, ")"))
		return false;
	text = (struct span){text.p + 3, text.n - 4};
	if (!split(text, " for ", &r->by, &rest) ||
	    !split(rest, " (", &r->rules, &r->id))
		return false;
	r->try = (struct span){NULL, 0};
	(void)split(r->id, " ", &r->id, &r->try);
	return uuid_valid(r->id.p, r->id.n);
}

bool review_reason_read(struct span field, struct review_reason *r)
{
	struct reason one;

	r->whole = field;
	if (!reason_next(&field, &one) || !span_is(one.rule, released) ||
	    !span_is(one.tag, tag) || !read_text(one.text, r))
		return false;
	r->whole.n = (size_t)(one.text.p + one.text.n - r->whole.p);
	return true;
}

bool review_rule_next(struct span *rules, struct span *name)
{
	struct span rest = {NULL, 0};

	if (!rules->n)
		return false;
	if (!split(*rules, ", ", name, &rest))
		*name = *rules;
	*rules = rest;
	return true;
}

static bool has_rule(struct span rules, struct span wanted)
{
	struct span name;

	while (review_rule_next(&rules, &name)) {
		if (span_same(name, wanted))
			return true;
	}
	return false;
}

void review_rules(struct buf *b, struct span field)
{
	struct review_reason before;
	struct reason last;

	if (!review_reason_read(field, &before))
		before.rules = (struct span){"", 0};
	buf_addspan(b, before.rules);
	if (!reason_last(field, &last) || !last.rule.n ||
	    (span_is(last.rule, released) && span_is(last.tag, tag)) ||
	    has_rule(before.rules, last.rule))
		return;
	if (before.rules.n)
		buf_adds(b, ", ");
	buf_addspan(b, last.rule);
}
