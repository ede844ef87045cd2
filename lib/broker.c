/* SPDX-License-Identifier: ISC */
/* Records from a descriptor, put to compliance servers, and on in order. */
#include "broker-parts.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "link.h"
#include "loop.h"
#include "mem.h"
#include "outlet.h"
#include "post.h"
#include "ready.h"
#include "timer.h"

enum { SAY_EVERY = 10000 };

#define SAY(b, ...) (b)->config.say(__VA_ARGS__)

static void stop(struct broker *b, enum broker_result result, int error)
{
	if (b->result == BROKER_DONE) {
		b->result = result;
		b->error = error;
	}
	b->over = true;
	loop_stop(b->base);
}

/* ---- out */

static void emit(void *arg, struct span line)
{
	struct broker *b = arg;

	/* Of a copy nothing is passed on. */
	if (!b->config.notify)
		outlet_add(b->out, line);
}

static bool full(const struct broker *b)
{
	return b->window.count >= b->config.window ||
	    b->window.bytes + outlet_backlog(b->out) >=
	    b->config.window_bytes;
}

/* After anything has left. */
static void advance(struct broker *b)
{
	if (b->full && !full(b)) {
		b->full = false;
		ready_kick(b->in);
	}
	if (b->ended && !b->leaving && !b->window.count)
		timer_in(b->end, 0);
}

static void on_drained(void *arg)
{
	struct broker *b = arg;

	advance(b);
	if (b->leaving)
		broker_finished(b);
}

static void on_out_failed(void *arg, int error)
{
	stop(arg, BROKER_OUT_FAILED, error);
}

void broker_settle(struct broker *b, struct inquiry *q, struct span line)
{
	b->moved = timer_now();
	window_answer(&b->window, q, line);
	advance(b);
}

/* ---- in */

/* Whoever sends a copy waits for nothing. */
static void lose(struct broker *b)
{
	int64_t now = timer_now();

	b->lost++;
	if (b->lost_said && now - b->lost_said < SAY_EVERY)
		return;
	b->lost_said = now;
	SAY(b, "no room for a copy: %" PRIu64 " were not sent", b->lost);
}

static void copy(struct broker *b, struct span line)
{
	struct inquiry *q;

	outlet_add(b->out, (struct span){line.p, line.n + 1});
	if (full(b)) {
		lose(b);
		return;
	}
	q = window_put(&b->window, INQUIRY_RECORD, line);
	if (q)
		broker_route(b, q);
}

static void bad(struct broker *b, const char *why)
{
	b->malformed++;
	SAY(b, "line %" PRIu64 ": %s", b->intake.number, why);
}

static void take_record(struct broker *b, const struct record *r)
{
	struct inquiry *q;

	if (r->verdict >= VERDICT_DELIVER) {
		bad(b, "has a verdict that only the gate gives");
		return;
	}
	if (b->config.notify) {
		copy(b, b->intake.line);
		return;
	}
	q = window_put(&b->window, INQUIRY_RECORD, b->intake.line);
	if (q)
		broker_route(b, q);
	else
		bad(b, "has the id of another record that is undecided");
}

static void take_comment(struct broker *b, struct span line)
{
	struct inquiry *q;

	if (b->config.notify) {
		outlet_add(b->out, (struct span){line.p, line.n + 1});
	} else if (span_starts(line, "# ping ")) {
		q = window_put(&b->window, INQUIRY_PING, line);
		broker_route(b, q);
	} else {
		q = window_put(&b->window, INQUIRY_COMMENT, line);
		broker_settle(b, q, (struct span){NULL, 0});
	}
}

/* How long what is left may still wait at the end of input: a turn for each
 * server, from the last answer on. */
static uint64_t patience(const struct broker *b)
{
	return b->config.answer_timeout * (b->judges + 1);
}

static void finish(struct broker *b)
{
	ready_want(b->in, false);
	b->ended = true;
	b->moved = timer_now();
	timer_in(b->end, b->window.count ? patience(b) : 0);
}

static void on_in(void *arg)
{
	struct broker *b = arg;
	struct record r;

	while (!b->over && !b->ended && !b->full) {
		switch (intake_next(&b->intake, &r)) {
		case INTAKE_RECORD:
			take_record(b, &r);
			break;
		case INTAKE_COMMENT:
			take_comment(b, b->intake.line);
			break;
		case INTAKE_BAD:
			bad(b, b->intake.why);
			break;
		case INTAKE_DRAINED:
			ready_want(b->in, true);
			return;
		case INTAKE_END:
			finish(b);
			return;
		case INTAKE_ERROR:
			stop(b, BROKER_IN_FAILED, errno);
			return;
		}
		b->full = !b->config.notify && full(b);
	}
	if (b->full)
		ready_want(b->in, false);
}

/* ---- the end */

/* What nobody has decided does not go on; it is asked again by who holds it. */
static void release_rest(struct broker *b)
{
	struct inquiry *q;

	while ((q = b->window.first)) {
		if (q->kind == INQUIRY_RECORD && b->config.notify)
			b->lost++;
		if (q->judge)
			judge_withdraw(q->judge, q);
		else
			inquiries_remove(&b->waiting, q);
		if (q->kind == INQUIRY_RECORD && !b->config.notify)
			broker_give_up(b, q, "no compliance server answered");
		else
			broker_settle(b, q, (struct span){NULL, 0});
	}
}

void broker_finished(struct broker *b)
{
	for (size_t i = 0; i < b->judges; i++) {
		if (b->judge[i].state != JUDGE_DOWN)
			return;
	}
	if (outlet_backlog(b->out) || b->over)
		return;
	if (b->unjudged || b->lost)
		stop(b, BROKER_UNJUDGED, 0);
	else
		stop(b, b->malformed ? BROKER_MALFORMED : BROKER_DONE, 0);
}

void broker_leave(struct broker *b)
{
	b->leaving = true;
	for (size_t i = 0; i < b->judges && !b->over; i++) {
		struct judge *j = &b->judge[i];

		j->finishing = true;
		if (j->state == JUDGE_DOWN)
			timer_stop(j->timer);
		else if (j->state != JUDGE_UP || !j->kind->finish(j))
			judge_failed(j, 0, "over");
	}
	if (!b->over)
		broker_finished(b);
}

static void on_end(void *arg)
{
	struct broker *b = arg;
	int64_t left = (int64_t)patience(b) - (timer_now() - b->moved);

	if (b->leaving)
		return;
	if (b->window.count && left > 0) {
		timer_in(b->end, (uint64_t)left);
		return;
	}
	release_rest(b);
	broker_leave(b);
}

/* ---- life */

static bool init_judges(struct broker *b, struct buf *why)
{
	const char *bad_url;

	b->judge = mem_zalloc(b->config.count * sizeof(*b->judge));
	for (size_t i = 0; i < b->config.count; i++) {
		const char *url = b->config.urls[i];

		if (!judge_init(&b->judge[i], b, url, (unsigned)i, &bad_url)) {
			buf_addf(why, "address '%s': %s", url, bad_url);
			return false;
		}
		b->judges++;
	}
	return true;
}

struct broker *broker_new(const struct broker_config *config, struct buf *why,
    bool *misuse)
{
	struct broker *b = mem_zalloc(sizeof(*b));

	b->config = *config;
	*misuse = false;
	b->base = loop_new();
	b->loop = link_loop_new(b->base);
	intake_init(&b->intake, config->in);
	window_init(&b->window, emit, b);
	if (!init_judges(b, why)) {
		*misuse = true;
		broker_free(b);
		return NULL;
	}
	if (!broker_secure(b, why)) {
		broker_free(b);
		return NULL;
	}
	b->in = ready_new(b->base, config->in, false, on_in, b);
	b->out = outlet_new(b->base, config->out, on_drained, on_out_failed,
	    b);
	b->end = timer_new(b->base, on_end, b);
	b->hangup = timer_signal(b->base, SIGHUP, broker_secure_again, b);
	return b;
}

enum broker_result broker_run(struct broker *b, int *error)
{
	for (size_t i = 0; i < b->judges; i++)
		judge_start(&b->judge[i]);
	if (!b->config.checked)
		ready_want(b->in, true);
	loop_run(b->base);
	*error = b->error;
	return b->result;
}

void broker_free(struct broker *b)
{
	if (!b)
		return;
	b->over = true;
	for (size_t i = 0; i < b->judges; i++)
		judge_release(&b->judge[i]);
	free(b->judge);
	posts_free(b->posts);
	outlet_free(b->out);
	ready_free(b->in);
	if (b->end) {
		timer_free(b->end);
		timer_free(b->hangup);
	}
	window_release(&b->window);
	intake_release(&b->intake);
	tls_context_free(b->tls);
	link_loop_free(b->loop);
	loop_free(b->base);
	alike_release(&b->alike);
	affinity_release(&b->affinity);
	buf_release(&b->scratch);
	free(b);
}
