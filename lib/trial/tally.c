/* SPDX-License-Identifier: ISC */
/* Counting what a policy changes. */
#include "trial/tally.h"

#include <stdlib.h>

#include "base/mem.h"

static const char *const names[CHANGES] = {"refused", "dropped", "held",
	"redacted", "let go"};
static const char *const keys[CHANGES] = {"refused", "dropped", "held",
	"redacted", "let_go"};

const char *change_name(enum change c)
{
	return names[c];
}

const char *change_key(enum change c)
{
	return keys[c];
}

static struct tally_rule *rule_of(struct tally *t, struct span name)
{
	struct tally_rule *r;

	for (size_t i = 0; i < t->rules; i++) {
		if (span_same(t->rule[i].name, name))
			return &t->rule[i];
	}
	t->rule = mem_resize(t->rule, t->rules + 1, sizeof(*t->rule));
	r = &t->rule[t->rules++];
	*r = (struct tally_rule){.name = {mem_dup(name.p, name.n), name.n}};
	return r;
}

void tally_rule(struct tally *t, struct span name)
{
	(void)rule_of(t, name);
}

static bool names_rule(struct span reasons, struct span rule)
{
	struct reason reason;

	while (reason_next(&reasons, &reason)) {
		if (span_same(reason.rule, rule))
			return true;
	}
	return false;
}

/* All reasons but the last are of rules that redacted. */
static void add_redacting(struct tally *t, const struct outcome *before,
    const struct outcome *after, bool all)
{
	struct span rest = after->reason;
	struct reason reason;

	while (reason_next(&rest, &reason) && rest.n) {
		if (all || !names_rule(before->reason, reason.rule))
			rule_of(t, reason.rule)->count[CHANGE_REDACTED]++;
	}
}

static bool redacts(const struct outcome *o)
{
	struct span rest = o->reason;
	struct reason reason;

	return reason_next(&rest, &reason) && rest.n;
}

/* Whether a rule redacts in after that does not in before. */
static bool redacts_more(const struct outcome *before,
    const struct outcome *after)
{
	struct span rest = after->reason;
	struct reason reason;

	while (reason_next(&rest, &reason) && rest.n) {
		if (!names_rule(before->reason, reason.rule))
			return true;
	}
	return false;
}

/* Both let it go, with other words: those of after may be fewer. */
static void add_edited(struct tally *t, const struct outcome *before,
    const struct outcome *after, struct span rule)
{
	if (redacts(after)) {
		t->count[CHANGE_REDACTED]++;
		add_redacting(t, before, after, !redacts_more(before, after));
	} else {
		t->count[CHANGE_LET_GO]++;
		rule_of(t, rule)->count[CHANGE_LET_GO]++;
	}
}

void tally_add(struct tally *t, const struct outcome *before,
    const struct outcome *after)
{
	static const enum change changes[] = {[VERDICT_PASS] = CHANGE_LET_GO,
	    [VERDICT_HOLD] = CHANGE_HELD, [VERDICT_REJECT] = CHANGE_REFUSED,
	    [VERDICT_DROP] = CHANGE_DROPPED};
	struct reason last = {.rule = span_of("-")};
	enum change change = changes[after->verdict];

	t->records++;
	if (!outcome_differs(before, after))
		return;
	t->differing++;
	reason_last(after->reason, &last);
	if (before->verdict == after->verdict) {
		add_edited(t, before, after, last.rule);
		return;
	}
	t->count[change]++;
	rule_of(t, last.rule)->count[change]++;
	if (after->verdict == VERDICT_PASS && redacts(after)) {
		t->count[CHANGE_REDACTED]++;
		add_redacting(t, before, after, true);
	}
}

void tally_release(struct tally *t)
{
	for (size_t i = 0; i < t->rules; i++)
		free((char *)t->rule[i].name.p);
	free(t->rule);
	*t = (struct tally){0};
}
