/* SPDX-License-Identifier: ISC */
/* The keeper's hand in a pipeline. */
#include "review/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "io/async-out.h"
#include "io/ending.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/ready.h"
#include "pipeline/pipeline.h"
#include "record/reader.h"
#include "record/review.h"

enum {
	BACKLOG = 1 << 20, /* bytes that are not read behind us: read no more */
};

/* What a node said, until the keeper has it. */
struct said {
	struct question question;
	struct said *next, *prev;
};

struct stage {
	struct stage_config config;
	struct stage_end end;
	struct event_base *base;
	struct link_loop *loop;
	struct pipeline *keeper;
	struct ready *in, *ending;
	struct async_out *out;
	struct reader reader;
	bool ended; /* the input: the rest goes out */
	struct said *said;
	struct stanza stanza;
	struct buf chars, line;
};

static void stop_if_done(struct stage *s)
{
	if (s->ended && !async_out_backlog(s->out))
		loop_stop(s->base);
}

/* A line, of which an LF may have been left off. */
static void pass_on(struct stage *s, struct span line)
{
	async_out_add(s->out, line);
	if (!line.n || line.p[line.n - 1] != '\n')
		async_out_add(s->out, span_of("\n"));
	if (async_out_backlog(s->out) > BACKLOG)
		ready_want(s->in, false);
}

static void forget(struct stage *s, struct said *w)
{
	*(w->prev ? &w->prev->next : &s->said) = w->next;
	if (w->next)
		w->next->prev = w->prev;
	buf_release(&w->question.line);
	free(w);
}

static void on_answer(void *arg, struct question *q, const struct record *r)
{
	struct stage *s = arg;
	struct said *w = (struct said *)(void *)q;

	(void)r;
	pass_on(s, buf_span(&w->question.line));
	forget(s, w);
}

/* The keeper knows nothing of such a review, so nobody waits for what came of
 * it: it is on record as what it is, and goes on. */
static void on_unjudged(void *arg, struct question *q)
{
	struct stage *s = arg;

	s->config.say("the keeper does not know what record %.*s tells of",
	    UUID_LEN, q->line.data);
	on_answer(s, q, NULL);
}

/* What the keeper hands out. */
static void on_stray(void *arg, const struct record *r)
{
	struct stage *s = arg;

	if (r->event != EVENT_REVIEW || s->ended)
		return;
	buf_reset(&s->line);
	record_write(&s->line, r);
	async_out_add(s->out, buf_span(&s->line));
}

static void on_state(void *arg, enum pipeline_state state)
{
	(void)arg;
	(void)state;
}

static void on_keeper_ended(void *arg)
{
	(void)arg;
}

static const struct pipeline_owner calls = {.answer = on_answer,
    .unjudged = on_unjudged, .stray = on_stray, .state = on_state,
    .ended = on_keeper_ended};

/* Whether a node says by it what came of a review. */
static bool is_outcome(struct stage *s, const struct record *r)
{
	struct review v;

	return r->event == EVENT_REVIEW &&
	    !stanza_read(&s->stanza, r->field[RECORD_STANZA]) &&
	    !review_read(&v, &s->stanza, &s->chars) &&
	    (v.verdict == REVIEW_DONE || v.verdict == REVIEW_ARRIVED);
}

static void tell_keeper(struct stage *s, struct span line)
{
	struct said *w = mem_zalloc(sizeof(*w));

	buf_addspan(&w->question.line, line);
	buf_addc(&w->question.line, '\n');
	w->next = s->said;
	if (s->said)
		s->said->prev = w;
	s->said = w;
	pipeline_put(s->keeper, &w->question);
}

/* Other stages judge lines: what is none of ours goes on as it came, also where
 * it is no record. */
static void on_line(struct stage *s)
{
	struct span line = s->reader.line;
	struct record r;

	if (line.n && line.p[0] != '#' &&
	    !record_parse(&r, line.p, line.n) && is_outcome(s, &r))
		tell_keeper(s, line);
	else
		pass_on(s, line);
}

static void end_input(struct stage *s)
{
	s->ended = true;
	ready_want(s->in, false);
	stop_if_done(s);
}

static void on_readable(void *arg)
{
	struct stage *s = arg;

	for (;;) {
		switch (reader_line(&s->reader)) {
		case READER_RECORD:
		case READER_COMMENT:
			on_line(s);
			break;
		case READER_BAD:
			s->end.bad = true;
			s->config.say("a line %s; it is dropped",
			    s->reader.why);
			break;
		case READER_DRAINED:
			return;
		case READER_ERROR:
			s->end.in = errno;
			end_input(s);
			return;
		case READER_END:
			end_input(s);
			return;
		}
	}
}

static void on_drained(void *arg)
{
	struct stage *s = arg;

	ready_want(s->in, !s->ended);
	stop_if_done(s);
}

static void on_failed(void *arg, int error)
{
	struct stage *s = arg;

	s->end.out = error;
	loop_stop(s->base);
}

static void on_ending(void *arg)
{
	struct stage *s = arg;

	loop_stop(s->base);
}

static char *greeting(const struct stage_config *config)
{
	struct buf b = BUF_EMPTY;

	buf_adds(&b, "# take");
	if (config->node_name)
		buf_addf(&b, " %s", config->node_name);
	buf_addc(&b, '\n');
	return buf_detach(&b);
}

static void open_stage(struct stage *s, const char *first)
{
	const struct pipeline_config config = {.name = "the keeper",
	    .target = {.address = s->config.keeper}, .greeting = first,
	    .say = s->config.say};

	s->base = loop_new();
	s->loop = link_loop_new(s->base);
	s->ending = ready_new(s->base, ending_catch(), false, on_ending, s);
	ready_want(s->ending, true);
	reader_init(&s->reader, STDIN_FILENO);
	s->in = ready_new(s->base, STDIN_FILENO, false, on_readable, s);
	s->out = async_out_new(s->base, STDOUT_FILENO, on_drained, on_failed,
	    s);
	s->keeper = pipeline_new(s->base, s->loop, &config, &calls, s);
	ready_want(s->in, true);
}

struct stage_end stage_run(const struct stage_config *config)
{
	struct stage s = {.config = *config};
	char *first = greeting(config);

	open_stage(&s, first);
	loop_run(s.base);
	while (s.said) {
		pipeline_drop(s.keeper, &s.said->question);
		forget(&s, s.said);
	}
	pipeline_free(s.keeper);
	async_out_free(s.out);
	ready_free(s.in);
	ready_free(s.ending);
	ending_release();
	link_loop_free(s.loop);
	loop_free(s.base);
	reader_release(&s.reader);
	stanza_release(&s.stanza);
	buf_release(&s.chars);
	buf_release(&s.line);
	free(first);
	return s.end;
}
