/* SPDX-License-Identifier: ISC */
/* Putting records to a pipeline, and taking what comes back. Keeping it up is
 * in keep.c. */
#include "pipeline/pipeline.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "base/uuid.h"
#include "io/timer.h"
#include "pipeline/internal.h"

enum { WRITE_AHEAD = 256 * 1024 }; /* bytes queued for the command */

void pipeline_pump(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW];
	int64_t clock = stamp_now();
	struct question *q;

	while (p->state == PIPELINE_UP && !now->finished &&
	    channel_backlog(now->channel) < WRITE_AHEAD &&
	    (q = pipeline_next(p, now))) {
		question_unlink(p, q);
		q->channel = now->channel;
		q->due = 0;
		q->asked = clock;
		question_append(&now->asked, q);
		channel_write(now->channel, buf_span(&q->line));
	}
	if (p->ending && now->channel && !now->finished &&
	    (!p->waiting.first || p->state != PIPELINE_UP)) {
		now->finished = true;
		channel_finish(now->channel);
	}
}

void pipeline_put(struct pipeline *p, struct question *q)
{
	q->channel = NULL;
	q->due = 0;
	p->suspected += q->deaths > 0;
	question_append(&p->waiting, q);
	map_add(&p->questions, &q->node,
	    (struct span){q->line.data, UUID_LEN});
	pipeline_pump(p);
}

void pipeline_requeue(struct pipeline *p, struct run *r)
{
	struct question *q;

	for (q = r->asked.first; q; q = q->next)
		q->channel = NULL;
	if (!r->asked.first)
		return;
	r->asked.last->next = p->waiting.first;
	if (p->waiting.first)
		p->waiting.first->prev = r->asked.last;
	else
		p->waiting.last = r->asked.last;
	p->waiting.first = r->asked.first;
	p->waiting.count += r->asked.count;
	r->asked = (struct questions){NULL, NULL, 0};
}

static void bad_line(struct pipeline *p, const char *why)
{
	int64_t now = timer_now();

	p->bad++;
	if (p->bad_said && now - p->bad_said < SAY_EVERY)
		return;
	p->bad_said = now;
	p->config.say("%s: a line %s; it is dropped", p->config.name, why);
}

/* What the run was asked under that id; an answer to what it was never asked
 * is no answer. */
static struct question *question_of(struct pipeline *p, const struct run *r,
    struct span id)
{
	struct map_node *node = map_find(&p->questions, id);
	struct question *q =
	    node ? MAP_OWNER(node, struct question, node) : NULL;

	return q && q->channel == r->channel ? q : NULL;
}

/* It is innocent, and shows that the run works. */
static void answered(struct pipeline *p, struct run *r, struct question *q)
{
	pipeline_drop(p, q);
	q->deaths = q->unjudged = 0;
	q->pause = 0;
	r->answers++;
	p->answers++;
}

/* What waits until one that is suspected is back. */
static void go_on(struct pipeline *p)
{
	if (p->waiting.first || p->suspects.first)
		pipeline_pump(p);
}

/* The line is no record, but it may say of which one it was made. */
static void garbled(struct pipeline *p, struct run *r, struct span line,
    const char *why)
{
	struct question *q = NULL;

	if (p->owner->garbled && line.n > UUID_LEN && line.p[UUID_LEN] == '\t')
		q = question_of(p, r, (struct span){line.p, UUID_LEN});
	if (!q) {
		bad_line(p, why);
		return;
	}
	answered(p, r, q);
	p->owner->garbled(p->arg, q, why);
	go_on(p);
}

/* A line that is no record: what of ours it says. */
static void remark(struct pipeline *p, struct run *r, struct span line)
{
	static const char unjudged[] = "# unjudged ";
	size_t n = sizeof(unjudged) - 1;
	struct question *q;

	if (!p->owner->unjudged || line.n != n + UUID_LEN ||
	    !span_starts(line, unjudged)) {
		if (run_pong(p, r, line))
			pipeline_answered(p, r);
		return;
	}
	q = question_of(p, r, (struct span){line.p + n, UUID_LEN});
	if (!q)
		return;
	pipeline_drop(p, q);
	if (!p->owner->given_up || pipeline_unjudged(p, q))
		p->owner->unjudged(p->arg, q);
	else
		p->owner->given_up(p->arg, q);
	go_on(p);
}

void pipeline_line(struct pipeline *p, struct run *r, struct span line)
{
	struct record record;
	struct question *q;
	const char *why;

	if (line.n && line.p[0] == '#') {
		remark(p, r, line);
		return;
	}
	why = record_parse(&record, line.p, line.n);
	if (why) {
		garbled(p, r, line, why);
		return;
	}
	q = question_of(p, r, record.field[RECORD_ID]);
	if (!q) {
		p->owner->stray(p->arg, &record);
		return;
	}
	p->rtt = stamp_now() - q->asked;
	answered(p, r, q);
	p->owner->answer(p->arg, q, &record);
	go_on(p);
}

enum pipeline_state pipeline_state(const struct pipeline *p)
{
	return p->state;
}

int64_t pipeline_rtt(const struct pipeline *p)
{
	return p->rtt;
}

void pipeline_end(struct pipeline *p)
{
	p->ending = true;
	p->ending_since = timer_now();
	timer_stop(p->start);
	children_end(&p->left, END_KILL);
	/* It was asked nothing, and nobody will be there to see it end. */
	channel_kill(p->run[RUN_NEXT].channel);
	p->run[RUN_NEXT] = (struct run){0};
	pipeline_pump(p);
	pipeline_ending(p);
}

struct question *pipeline_left(const struct pipeline *p)
{
	const struct questions *const lists[] = {&p->waiting, &p->suspects,
	    &p->given};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (lists[i]->first)
			return lists[i]->first;
	}
	return NULL;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	for (int i = 0; i < RUNS; i++)
		channel_kill(p->run[i].channel);
	children_kill(&p->left);
	timer_free(p->tick);
	timer_free(p->start);
	map_release(&p->questions);
	free(p);
}
