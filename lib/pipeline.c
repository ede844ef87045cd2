/* SPDX-License-Identifier: ISC */
/* Putting records to a pipeline, and taking what comes back. Keeping it up is
 * in pipeline-keep.c. */
#include "pipeline.h"

#include <stdlib.h>

#include "mem.h"
#include "pipeline-keep.h"
#include "stamp.h"
#include "timer.h"
#include "uuid.h"

enum { WRITE_AHEAD = 256 * 1024 }; /* bytes queued for the command */

static void append(struct questions *l, struct question *q)
{
	q->next = NULL;
	q->prev = l->last;
	if (l->last)
		l->last->next = q;
	else
		l->first = q;
	l->last = q;
	l->count++;
}

static void unlink_from(struct questions *l, struct question *q)
{
	if (q->prev)
		q->prev->next = q->next;
	else
		l->first = q->next;
	if (q->next)
		q->next->prev = q->prev;
	else
		l->last = q->prev;
	q->next = q->prev = NULL;
	l->count--;
}

static struct questions *list_of(struct pipeline *p, struct question *q)
{
	if (!q->channel)
		return &p->waiting;
	for (int i = 0; i < RUNS - 1; i++) {
		if (p->run[i].channel == q->channel)
			return &p->run[i].asked;
	}
	return &p->run[RUNS - 1].asked;
}

bool question_asked(const struct question *q)
{
	return q->channel != NULL;
}

void pipeline_pump(struct pipeline *p)
{
	struct run *now = &p->run[RUN_NOW];
	int64_t clock = stamp_now();

	while (p->waiting.first && p->state == PIPELINE_UP &&
	    !now->finished && channel_backlog(now->channel) < WRITE_AHEAD) {
		struct question *q = p->waiting.first;

		unlink_from(&p->waiting, q);
		q->channel = now->channel;
		q->asked = clock;
		append(&now->asked, q);
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
	append(&p->waiting, q);
	map_add(&p->questions, &q->node,
	    (struct span){q->line.data, UUID_LEN});
	pipeline_pump(p);
}

void pipeline_drop(struct pipeline *p, struct question *q)
{
	if (!q->node.key.n)
		return;
	map_remove(&p->questions, &q->node);
	unlink_from(list_of(p, q), q);
}

/* What a run left unanswered comes before what was never asked. */
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
	pipeline_drop(p, q);
	p->owner->garbled(p->arg, q, why);
}

/* A line that is no record: what of ours it says. */
static void remark(struct pipeline *p, struct run *r, struct span line)
{
	static const char unjudged[] = "# unjudged ";
	size_t n = sizeof(unjudged) - 1;
	struct question *q;

	if (!p->owner->unjudged || line.n != n + UUID_LEN ||
	    !span_starts(line, unjudged)) {
		pipeline_pong(p, r, line);
		return;
	}
	q = question_of(p, r, (struct span){line.p + n, UUID_LEN});
	if (q) {
		pipeline_drop(p, q);
		p->owner->unjudged(p->arg, q);
	}
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
	pipeline_drop(p, q);
	p->owner->answer(p->arg, q, &record);
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
