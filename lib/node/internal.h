/* SPDX-License-Identifier: ISC */
/* What the modules of a running node share; node.h says what it is.
 *
 * node.c sets it up and takes it down, stop.c begins with that; intercept.c
 * keeps cup-intercept up, keeper.c cup-review, cup-upload and cup-seal,
 * pipelines.c starts stages for connections; reload.c goes over to other
 * settings, answers.c answers those who ask, status.c tells how all of it does,
 * for which look.c asks the two. state.c is below all of these. */
#ifndef NODE_INTERNAL_H
#define NODE_INTERNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/args.h"
#include "base/backoff.h"
#include "io/address.h"
#include "io/link.h"
#include "node/commands.h"
#include "node/conf.h"
#include "node/identity.h"
#include "node/node.h"
#include "node/stages.h"

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
	bool told;		      /* it got its SIGTERM, */
	bool unused;		      /* as nobody used it any more */
};

/* Asking a program that runs how it does, at its socket in the node's folder.
 */
struct look {
	struct node *node;
	const char *socket;
	const char *request; /* NULL: it says so at once */
	/* What it said stands in said, empty if that was not all of it. */
	void (*seen)(struct node *, struct look *);
	struct link *link; /* NULL: none is under way */
	struct event *timeout;
	struct buf said;
};

/* What the programs say of themselves. */
struct sample {
	struct look intercept, review;
	unsigned pending;	 /* looks that are under way */
	struct buf shown;	 /* what cup-intercept said the last time */
	struct buf held;	 /* and cup-review */
	struct buf last, before; /* the two regular ones, for rates */
	int64_t last_at, before_at;
	bool regular;
};

/* A program beside cup-intercept: the cup-review of the node, its cup-upload,
 * its cup-seal. */
struct keeper {
	struct node *node;
	const char *name;
	const struct listening *listening; /* that it gets as "upload"; NULL */
	struct args args; /* count 0: none is wanted */
	char *path;
	pid_t pid;
	enum service state;
	struct backoff backoff;
	struct event *timer; /* to start it, or to end it for good */
	int64_t started;
	unsigned starts;
	bool leaving; /* it was told to end */
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
	bool intercept_worked; /* a record came back to it */
	const char *pipeline_word; /* what it says of its pipeline, or NULL */
	bool renew; /* it is to move to a fresh pipeline once it is up */
	int notify;
	struct event *notified;

	struct keeper keeper, upload, sealer;
	struct address upload_address; /* of text NULL: no files come */
	struct listening upload_listening;

	/* The pipeline. */
	struct commands commands;
	char *stage_path[STAGES_MAX];
	struct address pipeline_address;
	struct listening pipeline_listening;
	struct event *connected, *pipeline_timer, *settle_timer;
	struct run *runs;
	struct backoff pipeline_backoff;
	bool pipeline_worked; /* since one failed, one answered a record */
	enum service pipeline_state; /* WAITING, FAILED, or else UP */
	unsigned pipeline_starts, generation;

	/* Those who ask. */
	struct address control_address;
	struct listening control_listening;
	struct event *asked;
	struct asker *askers;
	struct sample sample;
	/* Answer all who wait for a reload, or for the status. */
	void (*on_reloaded)(struct node *, const char *lines, int code);
	void (*on_sampled)(struct node *);

	/* A reload whose policy is being checked. */
	struct conf next;
	struct args next_keeper, next_upload, next_sealer;
	struct commands next_commands;
	char *next_path[STAGES_MAX];
	pid_t check;
	bool reload_again;
};

/* state.c: milliseconds of a clock that only goes forward. */
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
/* The call of tell_timer. */
void node_on_tell(int fd, short what, void *node);
void node_notify(struct node *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what nobody should overlook in the settings. */
void node_warn(struct node *);

/* A node's state in a word: "up", "degraded", ... */
const char *node_state_word(const struct node *);

/* The value of a line "KEY VALUE" of a sample; .p NULL: there is none. */
struct span sample_value(const struct buf *lines, const char *key);

/* stop.c: begin to stop; a second time: do not wait for what is held. */
void node_stop(struct node *);
/* state.c: nothing is left to be waited for: end, if it is so. */
void node_done(struct node *);

/* setup.c. What is wrong is added to why, lines. Of the programs, node_program
 * finds one. */
bool node_settings(struct node *, struct conf *, struct buf *why);
bool node_program(struct node *, const char *name, char **path,
    struct buf *why);
bool node_programs(struct node *, const struct commands *, char **paths,
    struct buf *why);
bool node_setup(struct node *, struct buf *why, int *code);

/* intercept.c */
void intercept_begin(struct node *);
void intercept_start(struct node *);
/* Take what it has said, if it has. */
void intercept_hear(struct node *);
/* Its pipeline is down, starting, up, working; anything else is unknown. */
void intercept_pipeline(struct node *, struct span word);
bool intercept_ended(struct node *, pid_t, int status);
/* Have it move to a fresh pipeline, or start it where it is down. */
void intercept_renew(struct node *);
void intercept_stop(struct node *, bool at_once);

/* keeper.c. Set the command lines that the settings make; false with the
 * reason added to why. */
bool keepers_settings(struct node *, const struct conf *, struct args *keeper,
    struct args *upload, struct args *sealer, struct buf *why);
void keepers_begin(struct node *);
/* Go over to another command line, which is emptied. Of the same one, have it
 * read again what it can. */
void keeper_renew(struct keeper *, struct args *);
bool keepers_ended(struct node *, pid_t, int status);
/* Whether it runs still; it is told to end, at once if it is asked again. */
bool keeper_stop(struct keeper *, bool at_once);

/* pipelines.c */
void pipelines_begin(struct node *);
bool pipelines_take(struct node *, pid_t, int status);
void pipelines_settle(struct node *);
/* Other stages from now on: connections get these. */
void pipelines_renew(struct node *);
void pipelines_kill(struct node *, int signal);
void pipelines_end(struct node *);

/* reload.c */
void reload_begin(struct node *);
bool reload_ended(struct node *, pid_t, int status);

/* answers.c */
void control_begin(struct node *);
void control_end(struct node *);

/* look.c. Begin to ask; seen is called when that is over, maybe at once. */
void look_begin(struct look *);
void look_release(struct look *);

/* status.c */
void status_begin(struct node *);
/* Look at all of it; on_sampled is called when that is done. */
void status_sample(struct node *);
void status_end(struct node *);
void status_text(const struct node *, struct buf *);

#endif
