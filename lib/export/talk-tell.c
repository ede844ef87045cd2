/* SPDX-License-Identifier: ISC */
/* What belongs together in a part, and what was decided of it. */
#include <string.h>

#include "export/talk.h"

static bool tight(enum verdict v)
{
	return v > VERDICT_PASS && v != VERDICT_DELIVER;
}

bool talk_refused(const struct talk *t, const struct item *i)
{
	for (uint32_t c = i->copy; c != TALK_NONE; c = t->copy[c].next) {
		if (tight(t->copy[c].verdict))
			return true;
	}
	return false;
}

/* Who may say that a message is to be another, or to be gone. */
static bool may_change(const struct talk *t, const struct item *i,
    const struct item *of)
{
	if (i->kind == ITEM_REACTION || i->author == of->author)
		return true;
	return i->kind == ITEM_RETRACTION && t->person[i->author].room;
}

static uint32_t find_about(const struct talk *t, uint32_t item)
{
	struct span id = talk_at(t, t->item[item].about);

	for (size_t m = t->mentions; id.n && m-- > 0;) {
		uint32_t of = t->mention[m].item;

		if (of == item || !span_same(talk_at(t, t->mention[m].id), id))
			continue;
		return t->item[of].of == TALK_NONE ? of : t->item[of].of;
	}
	return TALK_NONE;
}

void talk_join(struct talk *t, uint32_t item)
{
	struct item *i = &t->item[item], *of;
	uint32_t about = find_about(t, item);

	if (about == TALK_NONE)
		return;
	if (i->kind == ITEM_SAID) {
		i->parent = about;
		return;
	}
	of = &t->item[about];
	if (of->kind != ITEM_SAID || talk_refused(t, i) ||
	    !may_change(t, i, of))
		return;
	i->of = about;
	if (of->change == TALK_NONE)
		of->change = item;
	else
		t->item[of->last_change].next = item;
	of->last_change = item;
}

bool talk_retracted(const struct talk *t, const struct item *i)
{
	for (uint32_t c = i->change; c != TALK_NONE; c = t->item[c].next) {
		if (t->item[c].kind == ITEM_RETRACTION)
			return true;
	}
	return false;
}

void talk_current(const struct talk *t, const struct item *i, struct buf *b)
{
	struct piece words = i->words;

	for (uint32_t c = i->change; c != TALK_NONE; c = t->item[c].next) {
		if (t->item[c].kind == ITEM_CORRECTION)
			words = t->item[c].words;
	}
	buf_addspan(b, talk_at(t, words));
}

static const char *verdict_words(enum verdict v)
{
	static const char *const words[VERDICTS] = {
	    [VERDICT_HOLD] = "held", [VERDICT_REJECT] = "refused",
	    [VERDICT_DROP] = "dropped", [VERDICT_RETURN] = "refused",
	    [VERDICT_DISCARD] = "dropped"};

	return words[v] ? words[v] : "";
}

static void add_reason(const struct reason *reason, struct buf *b)
{
	if (reason->rule.n) {
		buf_adds(b, " by ");
		buf_addspan(b, reason->rule);
	}
	if (reason->text.n) {
		buf_adds(b, ": ");
		buf_addspan(b, reason->text);
	}
}

/* "held by outside: why", "changed by pan", "released by anna for ...". */
static void add_decision(const struct talk *t, const struct copy *c,
    struct buf *b)
{
	struct span rest = talk_at(t, c->reason);
	const char *before = " by ";
	struct reason reason;

	if (tight(c->verdict)) {
		buf_adds(b, verdict_words(c->verdict));
		if (reason_last(rest, &reason))
			add_reason(&reason, b);
		return;
	}
	if (span_starts(rest, "released@review") &&
	    reason_next(&rest, &reason)) {
		buf_adds(b, "released ");
		buf_addspan(b, reason.text);
		return;
	}
	if (!c->changed)
		return;
	buf_adds(b, "changed");
	/* The last one is the rule that passed it, unless it is alone. */
	while (reason_next(&rest, &reason)) {
		if (rest.n == 0 && before[0] == ',')
			break;
		buf_adds(b, before);
		buf_addspan(b, reason.rule);
		before = ", ";
	}
}

/* Whether an earlier record of the message says the same. */
static bool told(const struct talk *t, const struct item *i,
    const struct copy *c)
{
	for (uint32_t k = i->copy; &t->copy[k] != c; k = t->copy[k].next) {
		const struct copy *o = &t->copy[k];

		if (o->event == c->event && o->verdict == c->verdict &&
		    o->changed == c->changed &&
		    span_same(talk_at(t, o->reason), talk_at(t, c->reason)))
			return true;
	}
	return false;
}

bool talk_marks(const struct talk *t, const struct item *i, struct buf *b)
{
	size_t begin = b->len;

	for (uint32_t k = i->copy; k != TALK_NONE; k = t->copy[k].next) {
		const struct copy *c = &t->copy[k];
		size_t at = b->len, head;

		if (!tight(c->verdict) && !c->changed && !c->reason.n)
			continue;
		if (told(t, i, c))
			continue;
		if (at > begin)
			buf_adds(b, "; ");
		buf_adds(b, c->event == EVENT_SEND ? "sent: "
			: c->event == EVENT_RECV   ? "received: "
						   : "");
		head = b->len;
		add_decision(t, c, b);
		if (b->len == head)
			b->len = at;
	}
	return b->len > begin;
}
