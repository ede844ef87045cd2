/* SPDX-License-Identifier: ISC */
/* What is held, and what was settled of it. */
#include "review/holds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "review/ahead.h"

static char *copy(struct span s)
{
	return s.p ? mem_dup(s.p, s.n) : NULL;
}

static int64_t time_of(const struct record *r)
{
	int64_t micros = 0;

	(void)stamp_read(r->field[RECORD_TIME].p, r->field[RECORD_TIME].n,
	    &micros);
	return micros;
}

struct hold *holds_find(const struct holds *s, struct span id)
{
	struct map_node *n = map_find(&s->by_id, id);

	return n ? MAP_OWNER(n, struct hold, node) : NULL;
}

struct settled *holds_settled(const struct holds *s, struct span id)
{
	struct map_node *n = map_find(&s->by_review, id);

	return n ? MAP_OWNER(n, struct settled, node) : NULL;
}

int64_t hold_expiry(const struct hold *h)
{
	return h->terms.expires
	    ? h->time + (int64_t)h->terms.expires * 1000000 : 0;
}

/* What refers to it may come before it. */
static struct hold *hold_of(struct holds *s, struct span id)
{
	struct hold *h = holds_find(s, id);

	if (h)
		return h;
	h = mem_zalloc(sizeof(*h));
	memcpy(h->id, id.p, UUID_LEN);
	map_add(&s->by_id, &h->node, (struct span){h->id, UUID_LEN});
	return h;
}

static void open_append(struct holds *s, struct hold *h)
{
	h->prev = s->last;
	*(s->last ? &s->last->next : &s->first) = h;
	s->last = h;
	s->open++;
}

static void open_remove(struct holds *s, struct hold *h)
{
	*(h->prev ? &h->prev->next : &s->first) = h->next;
	*(h->next ? &h->next->prev : &s->last) = h->prev;
	h->next = h->prev = NULL;
	s->open--;
}

static void undone_append(struct holds *s, struct settled *d)
{
	d->prev = s->undone_last;
	*(s->undone_last ? &s->undone_last->next : &s->undone) = d;
	s->undone_last = d;
}

static void undone_remove(struct holds *s, struct settled *d)
{
	*(d->prev ? &d->prev->next : &s->undone) = d->next;
	*(d->next ? &d->next->prev : &s->undone_last) = d->prev;
	d->next = d->prev = NULL;
}

static void keep_line(struct hold *h, const struct record *r, struct span line)
{
	buf_reset(&h->line);
	buf_addspan(&h->line, line);
	h->record = *r;
	record_move(&h->record, line.p, h->line.data);
}

/* A release that has come to its recipient: the first try counts. */
static void take_arrival(struct holds *s, const struct record *r)
{
	struct review_reason reason;
	struct settled *d;

	if (!review_reason_read(r->field[RECORD_REASON], &reason) ||
	    !reason.try.p)
		return;
	d = holds_settled(s, reason.id);
	if (d && !d->try)
		d->try = copy(reason.try);
}

struct hold *holds_take(
    struct holds *s, const struct record *r, struct span line)
{
	struct hold *h;

	/* It may arrive at another node of the same journal. */
	if (r->event == EVENT_RECV)
		take_arrival(s, r);
	if ((r->event != EVENT_SEND && r->event != EVENT_RECV) ||
	    r->verdict != VERDICT_HOLD ||
	    (s->node_name && !span_is(r->field[RECORD_NODE], s->node_name)))
		return NULL;
	h = hold_of(s, r->field[RECORD_ID]);
	if (h->held)
		return NULL;
	h->held = true;
	h->time = time_of(r);
	record_terms(r, &h->terms);
	*(s->all_last ? &s->all_last->after : &s->all) = h;
	s->all_last = h;
	if (!h->settled || s->keep)
		keep_line(h, r, line);
	if (h->settled)
		return NULL;
	open_append(s, h);
	return h;
}

static struct settled *settle(struct holds *s, const struct review *v,
    const struct record *r, struct span line)
{
	struct hold *h = hold_of(s, v->ref);
	struct settled *d;

	if (h->settled)
		return NULL;
	d = h->settled = mem_zalloc(sizeof(*d));
	d->hold = h;
	d->verdict = v->verdict;
	d->time = time_of(r);
	d->by = copy(v->by);
	d->why = copy(v->why);
	d->node_name = copy(r->field[RECORD_NODE]);
	buf_addspan(&d->line, line);
	memcpy(d->id, r->field[RECORD_ID].p, UUID_LEN);
	map_add(&s->by_review, &d->node, (struct span){d->id, UUID_LEN});
	*(s->settled_last ? &s->settled_last->after : &s->settled) = d;
	s->settled_last = d;
	undone_append(s, d);
	ahead_take(&s->ahead, (struct span){d->id, UUID_LEN}, &d->printed);
	if (h->held)
		open_remove(s, h);
	if (!s->keep) {
		buf_release(&h->line);
		buf_release(&h->reviews);
	}
	return d;
}

/* Another one is needed; who it was escalated to has had his say. */
static void add_voice(struct holds *s, const struct review *v,
    const struct record *r)
{
	struct hold *h = hold_of(s, v->ref);

	h->voice = mem_resize(h->voice, h->voices + 1, sizeof(*h->voice));
	h->voice[h->voices++] =
	    (struct voice){mem_dup(v->by.p, v->by.n), time_of(r)};
	if (h->to && span_is(v->by, h->to)) {
		free(h->to);
		h->to = NULL;
	}
}

static void escalate(struct holds *s, const struct review *v)
{
	struct hold *h = hold_of(s, v->ref);

	free(h->to);
	h->to = copy(v->to);
}

static void take_done(struct holds *s, struct settled *d)
{
	if (d->done)
		return;
	d->done = true;
	undone_remove(s, d);
	buf_release(&d->line);
	buf_release(&d->printed);
}

/* What refers to a review that settled. */
static void take_outcome(
    struct holds *s, const struct review *v, struct span line)
{
	struct settled *d = holds_settled(s, v->ref);

	if (!d)
		return;
	if (v->verdict == REVIEW_AGAIN)
		d->again++;
	else if (v->verdict == REVIEW_DONE)
		take_done(s, d);
	else if (!d->arrived.len)
		buf_addspan(&d->arrived, line);
	if (v->verdict == REVIEW_ARRIVED && !d->try)
		d->try = copy(v->try);
}

static bool about_settled(enum review_verdict v)
{
	return v == REVIEW_AGAIN || v == REVIEW_DONE || v == REVIEW_ARRIVED;
}

static void keep_review(struct holds *s, const struct review *v,
    struct span line)
{
	struct settled *d =
	    about_settled(v->verdict) ? holds_settled(s, v->ref) : NULL;
	struct hold *h = d ? d->hold : NULL;

	if (!about_settled(v->verdict))
		h = hold_of(s, v->ref);
	if (h && (s->keep || !h->settled))
		buf_addspan(&h->reviews, line);
}

static void take_printed(
    struct holds *s, const struct record *r, struct span line)
{
	struct review_reason reason;
	struct settled *d;

	if (!review_reason_read(r->field[RECORD_REASON], &reason))
		return;
	d = holds_settled(s, reason.id);
	if (!d) {
		ahead_add(&s->ahead, reason.id, line);
	} else if (!d->done) {
		buf_reset(&d->printed);
		buf_addspan(&d->printed, line);
	}
}

struct settled *holds_review(
    struct holds *s, const struct record *r, struct span line)
{
	struct review v;

	if (r->event == EVENT_SEND || r->event == EVENT_RECV)
		take_printed(s, r, line);
	if (r->event != EVENT_REVIEW ||
	    stanza_read(&s->stanza, r->field[RECORD_STANZA]) ||
	    review_read(&v, &s->stanza, &s->chars))
		return NULL;
	keep_review(s, &v, line);
	/* What settles has the held stanza inside. */
	if (v.held != STANZA_NONE && (v.verdict == REVIEW_RELEASE ||
		v.verdict == REVIEW_REFUSE || v.verdict == REVIEW_EXPIRED))
		return settle(s, &v, r, line);
	if (v.verdict == REVIEW_RELEASE && v.by.p)
		add_voice(s, &v, r);
	else if (v.verdict == REVIEW_ESCALATE)
		escalate(s, &v);
	else if (about_settled(v.verdict))
		take_outcome(s, &v, line);
	return NULL;
}

void settled_tell(struct buf *b, const struct settled *d)
{
	char time[STAMP_LEN];

	stamp_write(time, d->time);
	if (d->verdict == REVIEW_EXPIRED)
		buf_adds(b, "has expired");
	else
		buf_addf(b, "was %s by %s", d->verdict == REVIEW_RELEASE
			? "released" : "refused", d->by ? d->by : "somebody");
	buf_addf(b, " at %.*s", STAMP_LEN, time);
	if (d->why)
		buf_addf(b, ": %s", d->why);
}

static void hold_free(struct hold *h)
{
	for (size_t i = 0; i < h->voices; i++)
		free(h->voice[i].by);
	free(h->voice);
	free(h->to);
	buf_release(&h->line);
	buf_release(&h->reviews);
	free(h);
}

static void settled_free(struct settled *d)
{
	free(d->by);
	free(d->why);
	free(d->node_name);
	free(d->try);
	buf_release(&d->line);
	buf_release(&d->arrived);
	buf_release(&d->printed);
	free(d);
}

void holds_release(struct holds *s)
{
	for (struct settled *d = s->settled, *next; d; d = next) {
		next = d->after;
		settled_free(d);
	}
	for (size_t i = 0; i < s->by_id.slots; i++) {
		struct map_node *n = s->by_id.slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			hold_free(MAP_OWNER(n, struct hold, node));
		}
	}
	ahead_release(&s->ahead);
	map_release(&s->by_id);
	map_release(&s->by_review);
	stanza_release(&s->stanza);
	buf_release(&s->chars);
	*s = (struct holds){.keep = false};
}
