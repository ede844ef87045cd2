/* SPDX-License-Identifier: ISC */
/* What pipeline.c and pipeline-keep.c share; nobody else's. */
#ifndef PIPELINE_KEEP_H
#define PIPELINE_KEEP_H

#include "child.h"
#include "pipeline.h"

enum {
	PIPELINE_TICK = 500,	   /* all milliseconds */
	PING_IDLE = 5000,	   /* without a line: ask whether it lives */
	PING_AGAIN = 1000,	   /* not back: send it once more */
	PING_LATE = 10000,	   /* unanswered for so long: say so */
	REMOTE_DEAD = 30000,	   /* and then it is given up */
	RENEW_WAIT = 1000,	   /* for a fresh one, before the old is ended:
				    * it may wait for the old one's journal */
	OLD_MAX = 60000,	   /* for an old one to finish */
	END_MAX = 2000,		   /* without a line, for the last ones */
	END_KILL = 2000,	   /* and then, to heed a SIGTERM */
	BACKOFF_MIN = 100,
	BACKOFF_MAX = 10000,
	STEADY = 10000,		   /* up for so long: begin anew */
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
	struct map questions;	  /* all of them, by id */
	uint64_t backoff;
	bool renewing; /* the old one was ended before the fresh one answered */
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

/* pipeline-ping.c: whether it lives. */
void run_ping(struct run *);
/* Something in it has ended. */
void run_stirred(struct run *);
/* Every now and then; returns why it is to be given up, or NULL. */
const char *run_beat(struct pipeline *, struct run *, int64_t now);
/* A line that begins with '#'. */
void pipeline_pong(struct pipeline *, struct run *, struct span line);

#endif
