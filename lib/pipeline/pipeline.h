/* SPDX-License-Identifier: ISC */
/* A pipeline that is kept up, and the records that were put to it. It is
 * written to only as far as it reads, and read whatever it does; when it dies
 * a fresh one is started, more slowly each time that it does no work, and asked
 * again, under the same ids, what the old one left unanswered: few at a time,
 * as one of them may be what it died over. */
/* lib/pipeline is how a live node asks: a pipeline that is kept up. In go
 * questions, records each with an owner; out comes each one's answer, once.
 *
 * pipeline.c writes questions and reads answers, over record/channel.h;
 * questions.c has the lists they wait in. keep.c starts a pipeline, and a fresh
 * one when it dies or is to be renewed; ping.c sees whether it lives, tick.c
 * what is too late; suspect.c keeps one that kills pipelines from taking the
 * others with it. */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "record/channel.h"
#include "record/record.h"

struct pipeline;

/* A record that awaits its answer; part of a struct of the caller's. Set line
 * (with its LF) before it is put; the rest is the pipeline's own. */
struct question {
	struct buf line;
	struct map_node node;
	struct question *next, *prev;
	struct channel *channel; /* that it was written to; NULL: none yet */
	int64_t asked;		 /* when (stamp_now) */
	/* Of what a pipeline died over (suspect.c). */
	unsigned deaths, unjudged; /* of pipelines that it was in; and so often
				    * it came back unjudged */
	uint64_t answers;	   /* that others had by then */
	int64_t due, pause;	   /* when to ask it again: timer_now, ms */
	bool given;		   /* up */
};

enum pipeline_state { PIPELINE_DOWN, PIPELINE_STARTING, PIPELINE_UP };

struct pipeline_config {
	const char *name; /* for messages: "pipeline" */
	struct channel_target target;
	bool remote; /* silence for long means that the line is dead */
	/* A line, with its LF, that is the first to be written to each one that
	 * is started; NULL: there is none. */
	const char *greeting;
	/* Say something in one line, as printf. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

struct pipeline_owner {
	/* The record came back. The question is the caller's again, who may
	 * free it. */
	void (*answer)(void *arg, struct question *, const struct record *);
	/* What came back under its id is no record, why says what is wrong. The
	 * question is the caller's again. NULL: it stays unanswered. */
	void (*garbled)(void *arg, struct question *, const char *why);
	/* Nobody judges it for now: it may be asked again. The question is the
	 * caller's again. NULL: it stays unanswered. */
	void (*unjudged)(void *arg, struct question *);
	/* Pipelines died over it, also while nothing else was in them, or it
	 * came back unjudged, three times, while others were answered: it is
	 * not asked again. The question is the caller's again. NULL: it is
	 * asked for ever. */
	void (*given_up)(void *arg, struct question *);
	/* A record came that nobody asked for; it may be a late one. */
	void (*stray)(void *arg, const struct record *);
	/* The state is another one now. */
	void (*state)(void *arg, enum pipeline_state);
	/* After pipeline_end: nothing runs any more. */
	void (*ended)(void *arg);
};

struct pipeline *pipeline_new(struct event_base *, struct link_loop *,
    const struct pipeline_config *, const struct pipeline_owner *,
    void *arg);

/* What is unanswered is dropped, the command killed. */
void pipeline_free(struct pipeline *);

/* Ask. The question stays where it is until it is answered or dropped. */
void pipeline_put(struct pipeline *, struct question *);

/* No answer is wanted any more: the question is the caller's again. An answer
 * that still comes is a stray one. */
void pipeline_drop(struct pipeline *, struct question *);

/* After it has ended: one of those that were never answered, or NULL. */
struct question *pipeline_left(const struct pipeline *);

/* Whether the question has been written to a pipeline. */
bool question_asked(const struct question *);

/* Move to a fresh one: it takes over once it answers a ping, and the old one
 * may finish what it was asked. A fresh one that fails is given up. */
void pipeline_renew(struct pipeline *);

/* End it in order: it sees the end of its input once all was written. */
void pipeline_end(struct pipeline *);

enum pipeline_state pipeline_state(const struct pipeline *);
/* Microseconds of the last way through it, -1: not yet known. */
int64_t pipeline_rtt(const struct pipeline *);

#endif
