/* SPDX-License-Identifier: ISC */
/* What the modules of a running node share; node.h says what it is.
 *
 * node.c sets it up and takes it down, node-intercept.c keeps cup-intercept
 * up, node-pipeline.c starts stages for its connections, node-reload.c goes
 * over to other settings, node-control.c answers those who ask, node-status.c
 * says how all of it does. */
#ifndef NODE_STATE_H
#define NODE_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "address.h"
#include "args.h"
#include "backoff.h"
#include "conf.h"
#include "identity.h"
#include "link.h"
#include "node.h"
#include "stages.h"
#include "wiring.h"

struct event;
struct event_base;

enum {
	NODE_GRACE = 5000, /* milliseconds to end in, beyond what is due */
	NODE_SAMPLE = 10000, /* between looks at cup-intercept's counters */
	NODE_RUNS = 8,	     /* pipelines at a time */
};

enum service { SERVICE_DOWN, SERVICE_STARTING, SERVICE_UP, SERVICE_WAITING,
	SERVICE_FAILED };

/* A run of the pipeline. */
struct run {
	struct stages stages;
	struct node *node;
	struct run *next;
	struct event *closed, *timer; /* its connection; what is left of it */
	unsigned generation;	      /* of the settings it was started with */
	int64_t started, closed_at;   /* clock; closed_at 0: it is open */
	int64_t doubtful;	      /* since when an end is not explained */
	bool told;		      /* it got its SIGTERM */
};

/* A look at what cup-intercept says of itself. */
struct sample {
	struct link *link;	/* NULL: none is under way */
	struct event *timeout;
	struct buf in;		/* what came so far */
	struct buf shown;	/* all that came the last time */
	struct buf last, before; /* the two regular ones, for rates */
	int64_t last_at, before_at;
	bool regular;
};

struct node {
	struct node_options o;
	char *path_variable; /* "PATH=..." for all it starts */
	struct conf start; /* as it was started with */
	struct conf conf;  /* as it was last reloaded with */
	struct identity identity;
	struct event_base *base;
	struct link_loop *loop;
	struct event *sigchld, *sigterm, *sigint, *sighup, *watchdog, *sampler,
	    *tell_timer;
	const char *told; /* the state that was last told */
	bool stopping, ready;
	int64_t started, reloaded; /* stamps */
	struct buf failure; /* how the last thing that failed did */
	int lock;

	/* Listening for clients. */
	struct address *listen;
	struct listening *listening;
	size_t listens;

	/* cup-intercept. */
	struct args intercept_args;
	char *intercept_path;
	pid_t intercept;
	enum service intercept_state;
	struct backoff intercept_backoff;
	struct event *intercept_timer;
	int64_t intercept_started;
	unsigned intercept_starts;
	bool renew; /* it is to move to a fresh pipeline once it is up */
	int notify;
	struct event *notified;

	/* The pipeline. */
	struct wiring wiring;
	char *stage_path[STAGES_MAX];
	struct address pipeline_address;
	struct listening pipeline_listening;
	struct event *connected, *pipeline_timer, *settle_timer;
	struct run *runs;
	struct backoff pipeline_backoff;
	enum service pipeline_state; /* WAITING, FAILED, or else UP */
	unsigned pipeline_starts, generation;

	/* Those who ask. */
	struct address control_address;
	struct listening control_listening;
	struct event *asked;
	struct asker *askers;
	struct sample sample;

	/* A reload whose policy is being checked. */
	struct conf next;
	struct wiring next_wiring;
	char *next_path[STAGES_MAX];
	pid_t check;
	bool reload_again;
};

/* Milliseconds of a clock that only goes forward. */
int64_t node_clock(void);

/* Make an event; timers are set with node_in. */
struct event *node_event(struct node *, int fd, short what,
    void (*fn)(int, short, void *), void *arg);
void node_in(struct event *timer, uint64_t ms);
void node_event_free(struct event **);

/* Remember and say that something failed. */
void node_failed(struct node *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The outcome for who supervises this: STATUS and, the first time that it is
 * known, READY. */
void node_tell(struct node *);
void node_notify(struct node *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what nobody should overlook in the settings. */
void node_warn(struct node *);

/* Begin to stop; a second time: do not wait for what is held. */
void node_stop(struct node *);
/* Nothing is left to be waited for: end, if it is so. */
void node_done(struct node *);

/* node-setup.c. What is wrong is added to why, lines. */
bool node_settings(struct node *, struct conf *, struct buf *why);
bool node_programs(struct node *, const struct wiring *, char **paths,
    struct buf *why);
bool node_setup(struct node *, struct buf *why, int *code);

/* node-intercept.c */
void intercept_begin(struct node *);
void intercept_start(struct node *);
bool intercept_ended(struct node *, pid_t, int status);
/* Have it move to a fresh pipeline, or start it where it is down. */
void intercept_renew(struct node *);
void intercept_stop(struct node *, bool at_once);

/* node-pipeline.c */
void pipelines_begin(struct node *);
bool pipelines_take(struct node *, pid_t, int status);
void pipelines_settle(struct node *);
/* Other stages from now on: connections get these. */
void pipelines_renew(struct node *);
void pipelines_kill(struct node *, int signal);
void pipelines_end(struct node *);

/* node-reload.c */
void reload_begin(struct node *);
bool reload_ended(struct node *, pid_t, int status);

/* node-control.c */
void control_begin(struct node *);
void control_end(struct node *);
/* Answer all who wait for a reload. */
void control_reloaded(struct node *, const char *lines, int code);
/* Answer all who wait for the status. */
void control_sampled(struct node *);

/* node-status.c */
void status_begin(struct node *);
/* Look at cup-intercept; control_sampled is called when that is done. */
void status_sample(struct node *);
void status_end(struct node *);
const char *status_state(const struct node *);
void status_text(const struct node *, struct buf *);

#endif
