/* SPDX-License-Identifier: ISC */
/* Which compliance server is asked, and what happens when none is there. */
#include "broker/internal.h"

enum {
	ROUNDS = 3,	/* that no server gave a fit answer in */
	BLAMED_MAX = 3, /* connections that broke at it, the last with it
			 * alone */
};

static bool fit(const struct judge *j, const struct inquiry *q)
{
	return j->state == JUDGE_UP && !j->finishing &&
	    !(q->tried >> j->number & 1);
}

/* What came of a review is asked of who gave that, and of nobody else. */
static bool is_outcome(struct broker *b, const struct inquiry *q,
    struct judge **by)
{
	*by = NULL;
	return q->kind == INQUIRY_RECORD && broker_outcome(b, &q->record, by);
}

static struct judge *choose(struct broker *b, const struct inquiry *q)
{
	struct judge *best = NULL;
	uint64_t key, weight, most = 0;

	if (is_outcome(b, q, &best))
		return best && fit(best, q) ? best : NULL;
	if (!b->config.balance || q->kind != INQUIRY_RECORD) {
		for (size_t i = 0; i < b->judges; i++) {
			if (fit(&b->judge[i], q))
				return &b->judge[i];
		}
		return NULL;
	}
	key = affinity_key(&b->affinity, &q->record);
	for (size_t i = 0; i < b->judges; i++) {
		weight = affinity_weight(key, b->judge[i].seed);
		if (fit(&b->judge[i], q) && (!best || weight > most)) {
			best = &b->judge[i];
			most = weight;
		}
	}
	return best;
}

static bool any_up(const struct broker *b)
{
	for (size_t i = 0; i < b->judges; i++) {
		if (b->judge[i].state == JUDGE_UP && !b->judge[i].finishing)
			return true;
	}
	return false;
}

/* Every one was tried, and is not there. */
static bool all_failed(const struct broker *b)
{
	for (size_t i = 0; i < b->judges; i++) {
		if (!b->judge[i].failed)
			return false;
	}
	return true;
}

/* It goes on as it was, and says that it was not asked about. */
static void skip(struct broker *b, struct inquiry *q)
{
	struct record r = q->record;
	struct buf reason = BUF_EMPTY;

	if (!record_absent(&r, RECORD_REASON)) {
		buf_addspan(&reason, r.field[RECORD_REASON]);
		buf_adds(&reason, "; ");
	}
	buf_addf(&reason, "skipped@%s: no compliance server", b->config.name);
	r.field[RECORD_REASON] = buf_span(&reason);
	buf_reset(&b->scratch);
	record_write(&b->scratch, &r);
	q->judge = NULL;
	broker_settle(b, q, buf_span(&b->scratch));
	buf_release(&reason);
}

void broker_give_up(struct broker *b, struct inquiry *q, const char *text)
{
	b->unjudged++;
	b->config.say("record %.*s: %s; it does not go on", UUID_LEN,
	    q->record.field[RECORD_ID].p, text);
	q->judge = NULL;
	/* After the end of input nobody is told: all that is missing is. */
	q->dropped = b->ended;
	buf_reset(&b->scratch);
	buf_addf(&b->scratch, "# unjudged %.*s\n", UUID_LEN,
	    q->record.field[RECORD_ID].p);
	broker_settle(b, q, buf_span(&b->scratch));
}

/* Nobody is there: it waits, or, if that is allowed, skips the question; but
 * what came of a review is of no use to anybody else. */
static void set_aside(struct broker *b, struct inquiry *q)
{
	struct judge *by;

	if (!b->config.skip_if_down || !all_failed(b)) {
		q->judge = NULL;
		inquiries_add(&b->waiting, q);
	} else if (q->kind == INQUIRY_PING) {
		broker_settle(b, q, (struct span){NULL, 0});
	} else if (is_outcome(b, q, &by)) {
		broker_give_up(b, q, "who settled that is not there");
	} else {
		skip(b, q);
	}
}

void broker_route(struct broker *b, struct inquiry *q)
{
	struct judge *j;

	if (q->kind == INQUIRY_RECORD && q->blamed >= BLAMED_MAX) {
		broker_give_up(b, q, "servers break off at it");
		return;
	}
	j = choose(b, q);
	if (!j && any_up(b) && q->refused >= ROUNDS) {
		if (q->kind == INQUIRY_RECORD)
			broker_give_up(b, q,
			    "no server answers it as it should");
		else
			set_aside(b, q);
		return;
	}
	if (!j && any_up(b)) {
		q->tried = 0;
		j = choose(b, q);
	}
	/* It is not kept: a ping behind it would be, too. */
	if (!j && any_up(b)) {
		broker_give_up(b, q, "who settled that is not there");
		return;
	}
	if (!j) {
		set_aside(b, q);
		return;
	}
	judge_put(j, q);
	judge_pump(j);
}

void broker_again(void *arg, struct inquiry *q)
{
	broker_route(arg, q);
}

/* What is to be asked alone comes behind the others. */
static void reroute(struct broker *b, struct inquiries *all)
{
	struct inquiries alone = {NULL, NULL, 0};
	struct inquiry *q;

	while ((q = all->first)) {
		inquiries_remove(all, q);
		if (q->blamed >= JUDGE_ALONE)
			inquiries_add(&alone, q);
		else
			broker_route(b, q);
	}
	while ((q = alone.first)) {
		inquiries_remove(&alone, q);
		broker_route(b, q);
	}
}

/* Every server was seen once, up or not. */
static void check_done(struct broker *b)
{
	for (size_t i = 0; i < b->judges; i++) {
		if (b->judge[i].state != JUDGE_UP && !b->judge[i].failed)
			return;
	}
	for (size_t i = 0; i < b->judges; i++)
		b->unjudged += b->judge[i].failed;
	broker_leave(b);
}

void broker_up(void *arg, struct judge *up)
{
	struct broker *b = arg;
	struct inquiries all = b->waiting;
	struct inquiry *q;

	if (b->config.checked) {
		check_done(b);
		return;
	}
	b->waiting = (struct inquiries){NULL, NULL, 0};
	/* What others were not asked yet may be for this one. */
	for (size_t i = 0; i < b->judges; i++) {
		struct judge *j = &b->judge[i];

		while (j != up && (q = j->waiting.first)) {
			inquiries_remove(&j->waiting, q);
			inquiries_add(&all, q);
		}
	}
	reroute(b, &all);
}

void broker_down(void *arg, struct judge *j, struct inquiries *all)
{
	struct broker *b = arg;
	struct inquiries waited = {NULL, NULL, 0};

	if (j->finishing) {
		broker_finished(b);
		return;
	}
	if (b->over)
		return;
	if (b->config.checked) {
		check_done(b);
		return;
	}
	reroute(b, all);
	/* The last one may just have failed for the first time. */
	if (b->config.skip_if_down && all_failed(b)) {
		waited = b->waiting;
		b->waiting = (struct inquiries){NULL, NULL, 0};
		reroute(b, &waited);
	}
}
