/* SPDX-License-Identifier: ISC */
/* Answers on their way out, in order, and the end when all are. */
#include "broker/internal.h"

#include "io/async-out.h"
#include "io/loop.h"
#include "io/ready.h"
#include "io/timer.h"

void broker_stop(struct broker *b, enum broker_result result, int error)
{
	if (b->result == BROKER_DONE) {
		b->result = result;
		b->error = error;
	}
	b->over = true;
	loop_stop(b->common.base);
}

bool broker_full(const struct broker *b)
{
	return b->window.count >= b->config.window ||
	    b->window.bytes + async_out_backlog(b->out) >=
	    b->config.window_bytes;
}

/* After anything has left. */
static void advance(struct broker *b)
{
	if (b->full && !broker_full(b)) {
		b->full = false;
		ready_kick(b->in);
	}
	if (b->ended && !b->leaving && !b->window.count)
		timer_in(b->end, 0);
}

void broker_settle(struct broker *b, struct inquiry *q, struct span line)
{
	b->moved = timer_now();
	window_answer(&b->window, q, line);
	advance(b);
}

void broker_finished(struct broker *b)
{
	for (size_t i = 0; i < b->judges; i++) {
		if (b->judge[i].state != JUDGE_DOWN)
			return;
	}
	if (async_out_backlog(b->out) || b->over)
		return;
	if (b->unjudged || b->lost)
		broker_stop(b, BROKER_UNJUDGED, 0);
	else
		broker_stop(
		    b, b->malformed ? BROKER_MALFORMED : BROKER_DONE, 0);
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

void broker_drained(void *arg)
{
	struct broker *b = arg;

	advance(b);
	if (b->leaving)
		broker_finished(b);
}
