/* SPDX-License-Identifier: ISC */
/* Keeping a pipeline up: start, heartbeat, death, and moving to a fresh one. */
#include "pipeline-keep.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "stamp.h"
#include "timer.h"
#include "uuid.h"

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

/* Also asked for again while it is not back: where a stage behind the first
 * has died, only writing to it ends the others. */
static void send_ping(struct run *r)
{
	char line[sizeof("# ping \n") + TOKEN_LEN];
	size_t n = 7;

	memcpy(line, "# ping ", n);
	memcpy(line + n, r->token, TOKEN_LEN);
	n += TOKEN_LEN;
	line[n++] = '\n';
	channel_write(r->channel, (struct span){line, n});
	r->ping_again = timer_now() + PING_AGAIN;
}

static void ping(struct run *r)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[TOKEN_LEN / 2];

	uuid_random(raw, sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i++) {
		r->token[2 * i] = digits[raw[i] >> 4];
		r->token[2 * i + 1] = digits[raw[i] & 15];
	}
	send_ping(r);
	r->pinged = true;
	r->ping_at = timer_now();
	r->ping_stamp = stamp_now();
}

static void on_open(struct channel *c, void *arg)
{
	struct run *r = run_of(arg, c);

	if (!r)
		return;
	r->opened = true;
	ping(r);
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

static void restart_later(struct pipeline *p)
{
	set_state(p, PIPELINE_DOWN);
	if (p->ending)
		return;
	timer_in(p->start, p->backoff);
	p->backoff *= 2;
	if (p->backoff > BACKOFF_MAX)
		p->backoff = BACKOFF_MAX;
}

static void ended_old(struct pipeline *p, struct run *r, const char *why)
{
	if (r->asked.count)
		SAY(p, "the old %s ended (%s) with %zu unanswered: "
		       "the fresh one is asked", p->config.name, why,
		    r->asked.count);
	pipeline_requeue(p, r);
	channel_free(r->channel);
	clear(r);
	pipeline_pump(p);
}

static void ended_next(struct pipeline *p, struct run *r, const char *why)
{
	SAY(p, "the fresh %s failed (%s)%s", p->config.name, why,
	    p->run[RUN_NOW].channel ? ": the old one goes on" : "");
	channel_free(r->channel);
	clear(r);
	p->renewing = false;
	if (!p->run[RUN_NOW].channel)
		restart_later(p);
}

static void ended_now(struct pipeline *p, struct run *r, const char *why)
{
	if (!p->ending && r->opened && r->answered)
		SAY(p, "%s is down: %s", p->config.name, why);
	else if (!p->ending)
		SAY(p, "%s does not start: %s", p->config.name, why);
	pipeline_requeue(p, r);
	if (timer_now() - r->since > STEADY && r->answered)
		p->backoff = BACKOFF_MIN;
	channel_free(r->channel);
	clear(r);
	if (p->run[RUN_NEXT].channel) {
		p->run[RUN_NOW] = p->run[RUN_NEXT];
		clear(&p->run[RUN_NEXT]);
		set_state(p, PIPELINE_STARTING);
		return;
	}
	restart_later(p);
}

static void on_end(struct channel *c, void *arg, const char *why)
{
	struct pipeline *p = arg;
	struct run *r = run_of(p, c);

	if (!r)
		return;
	if (r == &p->run[RUN_OLD])
		ended_old(p, r, why);
	else if (r == &p->run[RUN_NEXT])
		ended_next(p, r, why);
	else
		ended_now(p, r, why);
	if (p->ending && !p->run[RUN_NOW].channel && !p->run[RUN_OLD].channel)
		p->owner->ended(p->arg);
}

static const struct channel_owner channel_calls = {
    .open = on_open, .line = on_line, .drained = on_drained, .end = on_end};

static bool start_run(struct pipeline *p, struct run *r, struct buf *why)
{
	clear(r);
	r->since = r->heard = timer_now();
	r->channel = channel_open(p->base, p->loop, &p->config.target,
	    &channel_calls, p, why);
	if (r->channel && p->config.target.argv) {
		r->opened = true;
		ping(r);
	}
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
		restart_later(p);
	}
	buf_release(&why);
}

/* The fresh one takes over; the old one sees the end of its input. */
static void promote(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW], *old = &p->run[RUN_OLD];

	if (now->channel) {
		if (old->channel)
			ended_old(p, old, "not in time");
		*old = *now;
		old->since = timer_now();
		channel_finish(old->channel);
	}
	*now = p->run[RUN_NEXT];
	clear(&p->run[RUN_NEXT]);
	p->renewing = false;
	SAY(p, "%s was renewed", p->config.name);
}

void pipeline_pong(struct pipeline *p, struct run *r, struct span line)
{
	if (!r->pinged || !span_starts(line, "# ping ") ||
	    !span_is((struct span){line.p + 7, line.n - 7}, r->token))
		return;
	r->pinged = false;
	p->rtt = stamp_now() - r->ping_stamp;
	if (r->answered)
		return;
	r->answered = true;
	if (r == &p->run[RUN_NEXT])
		promote(p);
	else if (r != &p->run[RUN_NOW])
		return;
	else
		SAY(p, "%s is up", p->config.name);
	p->renewing = false;
	set_state(p, PIPELINE_UP);
	pipeline_pump(p);
}

/* A fresh one that does not answer may wait for the journal that the old one
 * has: let that one finish first. What comes meanwhile waits. */
static void end_first(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW], *old = &p->run[RUN_OLD];

	if (old->channel)
		return;
	*old = *now;
	old->since = timer_now();
	*now = p->run[RUN_NEXT];
	clear(&p->run[RUN_NEXT]);
	p->renewing = true;
	set_state(p, PIPELINE_STARTING);
	channel_finish(old->channel);
}

static void tick_now(struct pipeline *p, struct run *r, int64_t now)
{
	int64_t silent = now - (r->pinged ? r->ping_at : r->heard);

	if (!r->opened) {
		if (now - r->since > PING_LATE)
			ended_now(p, r, "it cannot be reached");
		return;
	}
	if (!r->pinged && silent >= PING_IDLE)
		ping(r);
	else if (r->pinged && now >= r->ping_again && !r->finished &&
	    !channel_backlog(r->channel))
		send_ping(r);
	if (!r->pinged || now - r->heard < PING_LATE ||
	    now - r->ping_at < PING_LATE)
		return;
	if (!r->late && !r->answered)
		SAY(p, "%s does not send back '# ping': a stage buffers or "
		       "drops lines that begin with '#'", p->config.name);
	else if (!r->late)
		SAY(p, "%s is silent", p->config.name);
	r->late = true;
	if (p->config.remote && now - r->heard > REMOTE_DEAD)
		ended_now(p, r, "it was silent for too long");
}

static void on_tick(void *arg)
{
	struct pipeline *p = arg;
	int64_t now = timer_now();
	struct run *next = &p->run[RUN_NEXT], *old = &p->run[RUN_OLD];

	timer_in(p->tick, PIPELINE_TICK);
	if (old->channel && now - old->since > OLD_MAX)
		ended_old(p, old, "not in time");
	if (next->channel && next->opened && now - next->since > RENEW_WAIT &&
	    p->run[RUN_NOW].channel)
		end_first(p);
	if (p->run[RUN_NOW].channel)
		tick_now(p, &p->run[RUN_NOW], now);
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
	    .backoff = BACKOFF_MIN,
	    .rtt = -1};
	p->tick = timer_new(base, on_tick, p);
	p->start = timer_new(base, on_start, p);
	timer_in(p->tick, PIPELINE_TICK);
	timer_in(p->start, 0);
	return p;
}

void pipeline_renew(struct pipeline *p)
{
	struct buf why = BUF_EMPTY;

	if (p->ending || p->run[RUN_NEXT].channel)
		return;
	p->backoff = BACKOFF_MIN;
	if (!p->run[RUN_NOW].channel) {
		timer_in(p->start, 0);
		return;
	}
	if (!start_run(p, &p->run[RUN_NEXT], &why))
		SAY(p, "the fresh %s failed (%s): the old one goes on",
		    p->config.name, buf_str(&why));
	buf_release(&why);
}
