/* SPDX-License-Identifier: ISC */
/* What the files of a pipeline share; nobody else's. */
#ifndef PIPELINE_INTERNAL_H
#define PIPELINE_INTERNAL_H

#include "base/backoff.h"
#include "io/child.h"
#include "pipeline/pipeline.h"

enum {
	PIPELINE_TICK = 500,	   /* all milliseconds */
	PING_IDLE = 5000,	   /* without a line: ask whether it lives */
	PING_AGAIN = 1000,	   /* not back: send it once more */
	PING_LATE = 10000,	   /* unanswered for so long: say so */
	REMOTE_DEAD = 30000,	   /* and then it is given up */
	RENEW_WAIT = 1000,	   /* for a fresh one, before the old is ended:
				    * it may wait for the old one's journal */
	OLD_MAX = 60000,	   /* for an old one to finish, */
	OLD_SILENT = 10000,	   /* and without a line */
	END_MAX = 2000,		   /* without a line, for the last ones */
	END_KILL = 2000,	   /* and then, to heed a SIGTERM */
	PAUSE_MAX = 10000,	   /* before another one is tried */
	FRUITLESS = 8,		   /* lives without an answer, to find a
				    * record that they end at */
	SAY_EVERY = 10000,
	TOKEN_LEN = 16,
};

struct questions {
	struct question *first, *last;
	size_t count;
};

/* One life of a pipeline. */
struct run {
	struct channel *channel; /* NULL: there is none */
	struct questions asked;	 /* and unanswered, in order */
	char token[TOKEN_LEN + 1]; /* of the last ping */
	bool pinged;		   /* it is not back */
	bool opened, answered, late;
	bool finished; /* its end of input is under way */
	int64_t since, heard, ping_at, ping_again; /* timer_now */
	int64_t ping_stamp;	       /* stamp_now */
	uint64_t answers;	       /* to records */
};

/* What serves, the fresh one that is to follow, the old one that finishes. */
enum { RUN_NOW, RUN_NEXT, RUN_OLD, RUNS };

struct pipeline {
	struct pipeline_config config;
	const struct pipeline_owner *owner;
	void *arg;
	struct event_base *base;
	struct link_loop *loop;
	struct timer *tick, *start;
	enum pipeline_state state;
	struct run run[RUNS];
	struct questions waiting; /* to be written */
	struct questions suspects; /* likewise, each alone */
	struct questions given;	   /* up: the owner is to be told */
	size_t suspected;	   /* questions that pipelines died over */
	uint64_t answers;	   /* to records, of all runs */
	unsigned fruitless;	   /* runs without one, lately */
	struct map questions;	  /* all of them, by id */
	struct backoff backoff;
	bool ending, ended;
	int64_t ending_since;
	struct children left; /* commands that have still to end */
	int64_t rtt;
	uint64_t bad;
	int64_t bad_said;
};

/* Write what waits, as far as it goes. */
void pipeline_pump(struct pipeline *);
/* Where it is ending: see whether it has, and to what does not. */
void pipeline_ending(struct pipeline *);
/* Put what the run left unanswered in front of what waits. */
void pipeline_requeue(struct pipeline *, struct run *);
void pipeline_line(struct pipeline *, struct run *, struct span line);
/* It sent a ping back, for the first time. */
void pipeline_answered(struct pipeline *, struct run *);

/* keep.c: the run is over, or is to be. */
void pipeline_run_ended(struct pipeline *, struct run *, const char *why);
/* A fresh one that does not answer may wait for the journal that the old one
 * has: let that one finish first. What comes meanwhile waits. */
void pipeline_end_first(struct pipeline *);

/* tick.c: look, every PIPELINE_TICK, at what is too late in the pipeline. */
void pipeline_tick(void *pipeline);

/* questions.c: put it last in a list; take it out of the one it is in. */
void question_append(struct questions *, struct question *);
void question_unlink(struct pipeline *, struct question *);

/* suspect.c: the run died with these in it. */
void pipeline_died(struct pipeline *, struct run *);
/* Tell the owner of those that are given up. */
void pipeline_give_up(struct pipeline *);
/* It came back unjudged: whether it may be asked again. */
bool pipeline_unjudged(struct pipeline *, struct question *);
/* What may be written to the run next, or NULL. */
struct question *pipeline_next(struct pipeline *, const struct run *);

/* ping.c: whether it lives. */
void run_ping(struct run *);
/* Something in it has ended. */
void run_stirred(struct run *);
/* Every now and then; returns why it is to be given up, or NULL. */
const char *run_beat(struct pipeline *, struct run *, int64_t now);
/* A line that begins with '#': whether it is the first ping that is back. */
bool run_pong(struct pipeline *, struct run *, struct span line);

#endif
