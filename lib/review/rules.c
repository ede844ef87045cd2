/* SPDX-License-Identifier: ISC */
/* The rules of settling. */
#include "review/rules.h"

#include <string.h>

#include "base/stamp.h"
#include "base/uuid.h"

static bool no(struct buf *why, struct span id, const char *text)
{
	buf_addf(why, "'%.*s' %s", SPAN_ARG(id), text);
	return false;
}

/* What is asked, whatever it is of. */
static bool sensible(const struct review *v, struct buf *why)
{
	if (!review_by_person(v->verdict))
		return no(why, v->ref, "is asked what no person settles");
	if (v->why.p && !review_text_valid(v->why))
		return no(why, v->ref, "has a reason that is too long, or not "
				       "one line of text");
	if ((v->verdict == REVIEW_REFUSE || v->verdict == REVIEW_NOTE) &&
	    !v->why.p)
		return no(why, v->ref, "needs a reason");
	return true;
}

static bool authorised(const struct reviewers *s, const char *user,
    struct buf *why)
{
	if (reviewers_have(s, user))
		return true;
	if (s->group)
		buf_addf(why, "'%s' is not in the group '%s'", user, s->group);
	else
		buf_addf(why, "'%s' may not settle: no group of reviewers is "
			      "set", user);
	return false;
}

/* Whom it is escalated to, as long as that one may settle. */
static const char *escalated(const struct reviewers *s, const struct hold *h)
{
	return h->to && reviewers_have(s, h->to) ? h->to : NULL;
}

static bool wrote(const struct reviewers *s, struct stanza *tree,
    const struct hold *h, const char *user)
{
	return s->count &&
	    !stanza_read(tree, h->record.field[RECORD_STANZA]) &&
	    reviewers_wrote(s, user, tree, h->record.event);
}

static bool released(const struct hold *h, const char *user)
{
	for (size_t i = 0; i < h->voices; i++) {
		if (strcmp(h->voice[i].by, user) == 0)
			return true;
	}
	return false;
}

static bool may_escalate(const struct reviewers *s, struct stanza *tree,
    const struct hold *h, const struct review *v, struct buf *why)
{
	struct buf to = BUF_EMPTY;
	bool ok;

	if (!v->to.p || !review_text_valid(v->to))
		return no(why, v->ref, "is to be escalated to nobody");
	buf_addspan(&to, v->to);
	ok = reviewers_have(s, buf_str(&to));
	if (!ok)
		buf_addf(why, "'%.*s' cannot be escalated to '%s', who may "
			      "not settle", SPAN_ARG(v->ref), to.data);
	else if (wrote(s, tree, h, to.data)) {
		ok = false;
		buf_addf(why, "'%.*s' cannot be escalated to '%s', who wrote "
			      "it", SPAN_ARG(v->ref), to.data);
	} else if (released(h, to.data)) {
		ok = false;
		buf_addf(why, "'%.*s' cannot be escalated: '%s' has released "
			      "it already", SPAN_ARG(v->ref), to.data);
	}
	buf_release(&to);
	return ok;
}

/* Whether one who may settle may settle this one. */
static bool his_to_settle(const struct reviewers *s, struct stanza *tree,
    const struct hold *h, const char *user, struct buf *why)
{
	struct span id = {h->id, UUID_LEN};
	const char *to = escalated(s, h);

	if (wrote(s, tree, h, user))
		return no(why, id, "is what you wrote yourself");
	if (!to || strcmp(to, user) == 0)
		return true;
	buf_addf(why, "'%.*s' is escalated to '%s'", SPAN_ARG(id), to);
	return false;
}

static bool first_release(const struct hold *h, const char *user,
    struct buf *why)
{
	for (size_t i = 0; i < h->voices; i++) {
		char time[STAMP_LEN];

		if (strcmp(h->voice[i].by, user) != 0)
			continue;
		stamp_write(time, h->voice[i].time);
		buf_addf(why, "'%.*s' was released by you at %.*s: it needs %u "
			      "reviewers", UUID_LEN, h->id, STAMP_LEN, time,
		    h->terms.reviewers);
		return false;
	}
	return true;
}

static bool may_release(const struct hold *h, const char *user,
    struct buf *why)
{
	int64_t due = hold_expiry(h);

	if (due && due <= stamp_now())
		return no(why, (struct span){h->id, UUID_LEN}, "has expired");
	return first_release(h, user, why);
}

bool rules_allow(const struct reviewers *s, const struct holds *holds,
    struct stanza *tree, const struct review *v, const char *user,
    struct buf *why)
{
	const struct hold *h = holds_find(holds, v->ref);

	if (!authorised(s, user, why) || !sensible(v, why))
		return false;
	if (!h || (!h->held && !h->settled))
		return no(why, v->ref, "is not held");
	if (v->verdict == REVIEW_NOTE)
		return true;
	if (h->settled) {
		buf_addf(why, "'%.*s' ", SPAN_ARG(v->ref));
		settled_tell(why, h->settled);
		return false;
	}
	if (!his_to_settle(s, tree, h, user, why))
		return false;
	if (v->verdict == REVIEW_ESCALATE)
		return may_escalate(s, tree, h, v, why);
	return v->verdict != REVIEW_RELEASE || may_release(h, user, why);
}

static void write_record(struct buf *b, struct span node,
    struct span element, const char *verdict)
{
	static const struct span none = {"-", 1};
	struct uuid_source ids = {.left = 0};
	int64_t now = stamp_now();
	char id[UUID_LEN], time[STAMP_LEN];
	struct record r;

	uuid_make(&ids, now, id);
	stamp_write(time, now);
	for (int i = 0; i < RECORD_FIELDS; i++)
		r.field[i] = none;
	r.extra = (struct span){"", 0};
	r.field[RECORD_ID] = (struct span){id, UUID_LEN};
	r.field[RECORD_TIME] = (struct span){time, STAMP_LEN};
	r.field[RECORD_NODE] = node;
	r.field[RECORD_SESSION] = span_of("review");
	r.field[RECORD_EVENT] = span_of(event_name(EVENT_REVIEW));
	r.field[RECORD_VERDICT] = span_of(verdict);
	r.field[RECORD_STANZA] = element;
	record_write(b, &r);
}

bool rules_settle(const struct hold *h, enum review_verdict v)
{
	return !h->settled && (v == REVIEW_REFUSE || v == REVIEW_EXPIRED ||
		(v == REVIEW_RELEASE &&
		    h->voices + 1 >= h->terms.reviewers));
}

void rules_record(struct buf *b, const struct hold *h, struct review v)
{
	const struct record *r = &h->record;
	struct span inside = {NULL, 0}, node = span_of("-");
	struct buf rules = BUF_EMPTY, element = BUF_EMPTY;

	if (h->line.len)
		node = r->field[RECORD_NODE];
	else if (h->settled)
		node = span_of(h->settled->node_name);
	v.ref = (struct span){h->id, UUID_LEN};
	if (rules_settle(h, v.verdict)) {
		review_rules(&rules, r->field[RECORD_REASON]);
		v.event = r->field[RECORD_EVENT];
		v.rules = buf_span(&rules);
		v.time = r->field[RECORD_TIME];
		v.node = node;
		inside = r->field[RECORD_STANZA];
	}
	review_write(&element, &v, inside);
	write_record(b, node, buf_span(&element), "pass");
	buf_release(&rules);
	buf_release(&element);
}

void rules_outcome(struct buf *b, const char *node, const struct review *v)
{
	struct buf element = BUF_EMPTY;

	review_write(&element, v, (struct span){NULL, 0});
	write_record(b, span_of(node), buf_span(&element), "pass");
	buf_release(&element);
}

void rules_request(struct buf *b, const struct review *v)
{
	struct buf element = BUF_EMPTY;

	review_write(&element, v, (struct span){NULL, 0});
	write_record(b, span_of("-"), buf_span(&element), "-");
	buf_release(&element);
}
