/* SPDX-License-Identifier: ISC */
/* Keeping a pipeline up: start, death, and moving to a fresh one. */
#include "pipeline/internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/timer.h"

#define SAY(p, ...) (p)->config.say(__VA_ARGS__)

static void set_state(struct pipeline *p, enum pipeline_state state)
{
	if (p->state == state)
		return;
	p->state = state;
	p->owner->state(p->arg, state);
}

/* NULL for a command that is just being started. */
static struct run *run_of(struct pipeline *p, const struct channel *c)
{
	for (int i = 0; i < RUNS; i++) {
		if (p->run[i].channel == c)
			return &p->run[i];
	}
	return NULL;
}

static void begin(struct pipeline *p, struct run *r)
{
	r->opened = true;
	if (p->config.greeting)
		channel_write(r->channel, span_of(p->config.greeting));
	run_ping(r);
}

static void on_open(struct channel *c, void *arg)
{
	struct run *r = run_of(arg, c);

	if (r)
		begin(arg, r);
}

static void on_line(struct channel *c, void *arg, struct span line)
{
	struct pipeline *p = arg;
	struct run *r = run_of(p, c);

	if (!r)
		return;
	r->heard = timer_now();
	if (r->late)
		SAY(p, "%s answers again", p->config.name);
	r->late = false;
	pipeline_line(p, r, line);
}

static void on_drained(struct channel *c, void *arg)
{
	struct pipeline *p = arg;

	if (p->run[RUN_NOW].channel == c)
		pipeline_pump(p);
}

static void clear(struct run *r)
{
	*r = (struct run){0};
}

/* After one that lived for so long, and is known to have worked or not. */
static void start_again(struct pipeline *p, int64_t lived, bool worked)
{
	set_state(p, PIPELINE_DOWN);
	if (!p->ending)
		timer_in(p->start,
		    backoff_next(&p->backoff, (uint64_t)lived, worked));
}

/* It was asked nothing, or what it was will be asked of another: it need not
 * finish, and might not even see that it should, as one that is stopped, or
 * waits for a journal. */
static void end_run(struct run *r)
{
	channel_end(r->channel);
	clear(r);
}

static void ended_old(struct pipeline *p, struct run *r, const char *why)
{
	if (r->asked.count)
		SAY(p, "the old %s ended (%s) with %zu unanswered: "
		       "the fresh one is asked", p->config.name, why,
		    r->asked.count);
	pipeline_requeue(p, r);
	end_run(r);
	pipeline_pump(p);
}

/* There is one now, or the fresh one would have its place. */
static void ended_next(struct pipeline *p, struct run *r, const char *why)
{
	SAY(p, "the fresh %s failed (%s): the old one goes on",
	    p->config.name, why);
	end_run(r);
}

static void ended_now(struct pipeline *p, struct run *r, const char *why)
{
	int64_t lived = r->answered ? timer_now() - r->since : 0;
	bool worked = r->answers > 0;

	if (!p->ending && r->opened && r->answered)
		SAY(p, "%s is down: %s", p->config.name, why);
	else if (!p->ending)
		SAY(p, "%s does not start: %s", p->config.name, why);
	p->fruitless = r->answers ? 0 : p->fruitless + 1;
	if (p->suspected && p->fruitless < FRUITLESS)
		worked = true;
	if (r->answered)
		pipeline_died(p, r);
	pipeline_requeue(p, r);
	channel_free(r->channel);
	clear(r);
	if (p->run[RUN_NEXT].channel) {
		p->run[RUN_NOW] = p->run[RUN_NEXT];
		clear(&p->run[RUN_NEXT]);
		set_state(p, PIPELINE_STARTING);
	} else {
		start_again(p, lived, worked);
	}
	pipeline_give_up(p);
}

void pipeline_run_ended(struct pipeline *p, struct run *r, const char *why)
{
	if (r == &p->run[RUN_OLD])
		ended_old(p, r, why);
	else if (r == &p->run[RUN_NEXT])
		ended_next(p, r, why);
	else
		ended_now(p, r, why);
}

static void on_end(struct channel *c, void *arg, const char *why)
{
	struct pipeline *p = arg;
	struct run *r = run_of(p, c);

	if (!r)
		return;
	pipeline_run_ended(p, r, why);
	pipeline_ending(p);
}

static void on_stirred(struct channel *c, void *arg)
{
	struct run *r = run_of(arg, c);

	if (r)
		run_stirred(r);
}

static const struct channel_owner channel_calls = {
    .open = on_open,
    .line = on_line,
    .drained = on_drained,
    .stirred = on_stirred,
    .end = on_end,
};

static bool start_run(struct pipeline *p, struct run *r, struct buf *why)
{
	clear(r);
	r->since = r->heard = timer_now();
	r->channel = channel_open(p->base, p->loop, &p->config.target,
	    &channel_calls, p, why);
	if (r->channel && p->config.target.argv)
		begin(p, r);
	return r->channel != NULL;
}

static void on_start(void *arg)
{
	struct pipeline *p = arg;
	struct buf why = BUF_EMPTY;

	if (p->run[RUN_NOW].channel || p->ending)
		return;
	if (start_run(p, &p->run[RUN_NOW], &why)) {
		set_state(p, PIPELINE_STARTING);
	} else {
		SAY(p, "%s does not start: %s", p->config.name,
		    buf_str(&why));
		start_again(p, 0, false);
	}
	buf_release(&why);
}

/* What serves becomes the old one, which sees the end of its input, and the
 * fresh one has its place. */
static void follow(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW], *old = &p->run[RUN_OLD];

	*old = *now;
	old->since = timer_now();
	*now = p->run[RUN_NEXT];
	clear(&p->run[RUN_NEXT]);
	channel_finish(old->channel);
}

/* The fresh one takes over. */
static void promote(struct pipeline *p)
{
	if (p->run[RUN_OLD].channel)
		ended_old(p, &p->run[RUN_OLD], "not in time");
	follow(p);
	SAY(p, "%s was renewed", p->config.name);
}

void pipeline_answered(struct pipeline *p, struct run *r)
{
	r->answered = true;
	channel_watch(r->channel);
	if (r == &p->run[RUN_NEXT])
		promote(p);
	else if (r != &p->run[RUN_NOW])
		return;
	else
		SAY(p, "%s is up", p->config.name);
	set_state(p, PIPELINE_UP);
	pipeline_pump(p);
}

void pipeline_end_first(struct pipeline *p)
{
	if (p->run[RUN_OLD].channel)
		return;
	follow(p);
	set_state(p, PIPELINE_STARTING);
}

static void on_left(void *arg)
{
	pipeline_ending(arg);
}

struct pipeline *pipeline_new(struct event_base *base,
    struct link_loop *loop, const struct pipeline_config *config,
    const struct pipeline_owner *owner, void *arg)
{
	struct pipeline *p = mem_zalloc(sizeof(*p));

	*p = (struct pipeline){.config = *config,
	    .owner = owner,
	    .arg = arg,
	    .base = base,
	    .loop = loop,
	    .backoff = {.most = PAUSE_MAX},
	    .rtt = -1};
	p->left = (struct children){.gone = on_left, .arg = p};
	p->config.target.left = &p->left;
	p->tick = timer_new(base, pipeline_tick, p);
	p->start = timer_new(base, on_start, p);
	timer_in(p->tick, PIPELINE_TICK);
	timer_in(p->start, 0);
	return p;
}

void pipeline_renew(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW], *next = &p->run[RUN_NEXT];
	struct buf why = BUF_EMPTY;

	if (p->ending)
		return;
	p->backoff.failures = 0;
	/* What is still coming up may have read what has changed since. */
	if (next->channel)
		end_run(next);
	if (now->channel && !now->answered)
		end_run(now);
	if (!now->channel) {
		timer_in(p->start, 0);
		return;
	}
	if (!start_run(p, next, &why))
		SAY(p, "the fresh %s failed (%s): the old one goes on",
		    p->config.name, buf_str(&why));
	buf_release(&why);
}
