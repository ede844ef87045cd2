/* SPDX-License-Identifier: ISC */
/* What is too late in a pipeline. */
#include "io/timer.h"
#include "pipeline/internal.h"

/* The old one finishes, unless it stands still: then a journal that it has
 * must not be waited for. */
static void tick_old(struct pipeline *p, struct run *r, int64_t now)
{
	int64_t last = r->heard > r->since ? r->heard : r->since;

	if (now - r->since > OLD_MAX || now - last > OLD_SILENT)
		pipeline_run_ended(p, r, "not in time");
}

static void tick_next(struct pipeline *p, struct run *r, int64_t now)
{
	if (!r->opened && now - r->since > PING_LATE)
		pipeline_run_ended(p, r, "it cannot be reached");
	else if (r->opened && now - r->since > RENEW_WAIT)
		pipeline_end_first(p);
}

static void tick_now(struct pipeline *p, struct run *r, int64_t now)
{
	const char *dead = run_beat(p, r, now);

	if (dead)
		pipeline_run_ended(p, r, dead);
}

/* They may write what they have, but not for ever: a stopped one, or a peer
 * that is gone, would not even notice. */
static void end_late(struct pipeline *p, int64_t now)
{
	struct run *r = &p->run[RUN_NOW], *old = &p->run[RUN_OLD];

	if (r->channel && now - r->heard > END_MAX) {
		p->config.say("%s does not end, and is ended",
		    p->config.name);
		pipeline_run_ended(p, r, "not in time");
	}
	if (old->channel && now - old->heard > END_MAX)
		pipeline_run_ended(p, old, "not in time");
	children_end(&p->left, END_KILL);
}

void pipeline_ending(struct pipeline *p)
{
	int64_t now = timer_now();

	if (!p->ending || p->ended)
		return;
	if (now - p->ending_since > END_MAX)
		end_late(p, now);
	if (p->run[RUN_NOW].channel || p->run[RUN_OLD].channel ||
	    p->left.first)
		return;
	p->ended = true;
	p->owner->ended(p->arg);
}

void pipeline_tick(void *arg)
{
	struct pipeline *p = arg;
	int64_t now = timer_now();
	struct run *next = &p->run[RUN_NEXT], *old = &p->run[RUN_OLD];

	timer_in(p->tick, PIPELINE_TICK);
	if (old->channel)
		tick_old(p, old, now);
	if (next->channel)
		tick_next(p, next, now);
	if (p->run[RUN_NOW].channel)
		tick_now(p, &p->run[RUN_NOW], now);
	if (p->suspects.first)
		pipeline_pump(p);
	pipeline_ending(p);
}
