/* SPDX-License-Identifier: ISC */
/* The keeper: its journals, its clock, and its end. */
#include "review/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/ending.h"
#include "io/loop.h"
#include "io/ready.h"
#include "io/timer.h"
#include "journal/journal.h"
#include "review/keeper-internal.h"

void keeper_fail(struct keeper *k, enum keeper_fault fault)
{
	if (!k->end.fault)
		k->end.fault = fault;
	if (k->base)
		loop_stop(k->base);
}

static void fail_reading(struct keeper *k, const char *path, const char *why)
{
	k->end.error.error = errno;
	snprintf(k->end.error.text, sizeof(k->end.error.text),
	    "journal '%s': %s", path, why);
	keeper_fail(k, KEEPER_JOURNAL);
}

static void expect(struct keeper *k, const struct hold *h)
{
	int64_t due = hold_expiry(h);

	if (due && (!k->expires || due < k->expires))
		k->expires = due;
}

static void on_opened(void *arg, struct hold *h)
{
	struct keeper *k = arg;

	expect(k, h);
	if (k->started)
		teller_add(k, h);
}

static void pend(struct keeper *k, struct client *c, struct settled *d,
    bool arrived)
{
	if (k->pendings == k->pending_cap) {
		k->pending_cap = k->pending_cap ? 2 * k->pending_cap : 64;
		k->pending = mem_resize(k->pending, k->pending_cap,
		    sizeof(*k->pending));
	}
	k->pending[k->pendings++] = (struct pending){c, d, arrived};
}

/* Which review's arrival a record is the first to tell of, NULL: none's. */
static struct settled *arrival_of(struct keeper *k, const struct record *r)
{
	struct settled *d;
	struct review v;

	if (stanza_read(&k->holds.stanza, r->field[RECORD_STANZA]) ||
	    review_read(&v, &k->holds.stanza, &k->holds.chars) ||
	    v.verdict != REVIEW_ARRIVED)
		return NULL;
	d = holds_settled(&k->holds, v.ref);
	return d && !d->arrived.len ? d : NULL;
}

/* The state is ahead of the disk only until the next commit, before which
 * nobody is told of it. */
bool keeper_write(struct keeper *k, struct span line, struct client *c,
    struct buf *why)
{
	struct settled *d = NULL, *arrived = NULL;
	struct record r;
	const char *bad = record_parse(&r, line.p, line.n - 1);

	if (bad) {
		buf_adds(why, bad);
		return false;
	}
	switch (ledger_add(k->ledger, (struct span){line.p, line.n - 1}, &r)) {
	case WRITER_TAKEN:
		arrived = arrival_of(k, &r);
		d = holds_review(&k->holds, &r, line);
		break;
	case WRITER_REPEATED:
	case WRITER_CONFLICT:
		break;
	case WRITER_TOO_LONG:
		buf_adds(why, "is too long to be journaled");
		return false;
	case WRITER_FAILED:
		keeper_fail(k, KEEPER_LEDGER);
		return true;
	}
	pend(k, c, arrived ? arrived : d, arrived != NULL);
	if (ledger_pending(k->ledger) >= LEDGER_MOST)
		keeper_commit(k);
	return true;
}

struct back {
	struct keeper *keeper;
	size_t at;
};

static void on_back(void *arg, struct span line)
{
	struct back *b = arg;
	struct pending *p = &b->keeper->pending[b->at++];
	struct buf *kept = NULL;

	if (p->settled)
		kept = p->arrived ? &p->settled->arrived : &p->settled->line;
	if (kept && kept->len) {
		buf_reset(kept);
		buf_addspan(kept, line);
	}
	if (p->client)
		link_write(p->client->link, line.p, line.n);
}

void keeper_commit(struct keeper *k)
{
	struct back b = {k, 0};

	if (!k->pendings || k->end.fault)
		return;
	if (!ledger_commit(k->ledger, on_back, &b))
		keeper_fail(k, KEEPER_LEDGER);
	k->pendings = 0;
}

static void expire(struct keeper *k, struct hold *h)
{
	const struct review v = {.verdict = REVIEW_EXPIRED,
	    .why = span_of("nobody settled it in time")};

	buf_reset(&k->line);
	buf_reset(&k->why);
	rules_record(&k->line, h, v);
	if (!keeper_write(k, buf_span(&k->line), NULL, &k->why))
		k->config.say("'%.*s' cannot expire: it %s", UUID_LEN, h->id,
		    buf_str(&k->why));
}

static void expire_due(struct keeper *k)
{
	int64_t now = stamp_now();

	if (!k->expires || now < k->expires || k->end.fault)
		return;
	k->expires = 0;
	for (struct hold *h = k->holds.first, *next; h; h = next) {
		next = h->next;
		if (hold_expiry(h) && hold_expiry(h) <= now)
			expire(k, h);
		else
			expect(k, h);
	}
}

void keeper_look(struct keeper *k)
{
	uint64_t broken = k->follow.broken;

	if (k->end.fault)
		return;
	if (!follow_on(&k->follow, &k->holds, on_opened, k))
		fail_reading(k, k->config.journal, buf_str(&k->follow.why));
	if (k->follow.broken != broken)
		k->config.say("journal '%s': broken lines, passed over: %llu",
		    k->config.journal,
		    (unsigned long long)(k->follow.broken - broken));
	expire_due(k);
}

static void on_tick(void *arg)
{
	struct keeper *k = arg;

	keeper_look(k);
	keeper_commit(k);
	keeper_hand_out(k);
	keeper_close_late(k);
	if (!k->end.fault && !ledger_rest(k->ledger))
		keeper_fail(k, KEEPER_LEDGER);
	timer_in(k->tick, KEEPER_TICK);
}

static void on_ending(void *arg)
{
	struct keeper *k = arg;

	k->end.signal = ending_caught();
	loop_stop(k->base);
}

static bool read_ledger(struct keeper *k)
{
	const char *why;
	struct journal_reader *j = journal_open(k->config.to, false, &why);

	if (!j)
		fail_reading(k, k->config.to, why);
	else if (!ledger_read(j, k->config.proof, &k->holds))
		fail_reading(k, k->config.to, journal_why(j));
	journal_close(j);
	return !k->end.fault;
}

/* Both journals as they are now. */
static bool read_journals(struct keeper *k)
{
	struct journal_tail tail;

	k->ledger = ledger_open(k->config.to, k->config.proof, &tail,
	    &k->end.error);
	if (!k->ledger) {
		k->end.fault = KEEPER_LEDGER;
		return false;
	}
	if (!read_ledger(k))
		return false;
	/* Whoever was here before may have handed them out. */
	for (struct settled *d = k->holds.undone; d; d = d->next)
		d->handed = true;
	keeper_look(k);
	return !k->end.fault;
}

static void run(struct keeper *k)
{
	k->base = loop_new();
	k->loop = link_loop_new(k->base);
	k->tick = timer_new(k->base, on_tick, k);
	k->ending = ready_new(k->base, ending_catch(), false, on_ending, k);
	ready_want(k->ending, true);
	teller_open(k);
	k->started = true;
	if (keeper_listen(k)) {
		timer_in(k->tick, 0);
		loop_run(k->base);
	}
	keeper_close_clients(k);
	teller_close(k);
	ready_free(k->ending);
	ending_release();
	timer_free(k->tick);
	link_loop_free(k->loop);
	loop_free(k->base);
}

struct keeper_end keeper_run(const struct keeper_config *config)
{
	struct keeper *k = mem_zalloc(sizeof(*k));
	struct keeper_end end;

	k->config = *config;
	k->follow.path = config->journal;
	k->holds.node_name = config->node_name;
	if (read_journals(k))
		run(k);
	if (k->ledger) {
		struct journal_error e = {.fault = FAULT_NONE};

		if (!ledger_close(k->ledger, &e) &&
		    (!k->end.fault || k->end.fault == KEEPER_LEDGER)) {
			k->end.fault = KEEPER_LEDGER;
			k->end.error = e;
		}
	}
	follow_release(&k->follow);
	holds_release(&k->holds);
	stanza_release(&k->stanza);
	buf_release(&k->chars);
	buf_release(&k->line);
	buf_release(&k->why);
	free(k->pending);
	end = k->end;
	free(k);
	return end;
}
