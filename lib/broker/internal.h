/* SPDX-License-Identifier: ISC */
/* What the parts of a broker share; nobody else's. */
#ifndef BROKER_INTERNAL_H
#define BROKER_INTERNAL_H

#include "broker/affinity.h"
#include "broker/broker.h"
#include "broker/judge.h"
#include "record/reader.h"
#include "xml/same-stanza.h"

struct async_out;
struct ready;

/* Which judge gave which review, of the last ones. A zeroed struct is a valid
 * empty one. */
struct reviews {
	struct given *given; /* a ring, made when needed */
	size_t count;
	struct map by_id;
	struct stanza stanza;
	struct buf chars;
};
void reviews_release(struct reviews *);

struct broker {
	struct broker_config config;
	struct judge_common common;
	struct judge *judge;
	size_t judges;

	struct reader reader;
	struct ready *in;
	struct async_out *out;
	struct timer *hangup;
	struct timer *tell; /* how the servers do; NULL: nobody */
	struct buf told;    /* and what of that was said last */
	struct timer *end; /* after the end of input: how long to wait */
	struct window window;
	struct inquiries waiting; /* for any server */
	bool full, ended, leaving, over;
	int64_t moved; /* when the last answer came: timer_now */
	enum broker_result result;
	int error;
	uint64_t malformed, unjudged, lost;
	int64_t lost_said;

	struct same_stanza same;
	struct affinity affinity;
	struct reviews reviews;
	struct buf scratch;
};

/* settle.c: the answer stands; n 0, as it was. */
void broker_settle(struct broker *, struct inquiry *, struct span line);

/* Whether no more may be taken in for now. */
bool broker_full(const struct broker *);

/* Output has gone out, or cannot. */
void broker_drained(void *broker);
void broker_stop(struct broker *, enum broker_result, int error);

/* All is done: end what there is with the judges. */
void broker_leave(struct broker *);
/* After the finish of a judge, or the end of one. */
void broker_finished(struct broker *);

/* route.c: put it to a server, or aside until there is one. */
void broker_route(struct broker *, struct inquiry *);

/* It does not go on: what is behind this could let it through, or journal it
 * as undecided for good. Whoever holds it may ask again. */
void broker_give_up(struct broker *, struct inquiry *, const char *text);

/* What a judge calls: it is up, it is down, it refused. */
void broker_up(void *broker, struct judge *);
void broker_down(void *broker, struct judge *, struct inquiries *);
void broker_again(void *broker, struct inquiry *);

/* reviews.c: what a reviewer at a judge settled goes on, although nobody asked.
 * False: it is no such record. */
bool broker_review(struct broker *, struct judge *, const struct record *,
    struct span line);
/* Whether a record tells what came of a review, and who gave that: *by, NULL:
 * it is not known. */
bool broker_outcome(struct broker *, const struct record *,
    struct judge **by);

/* answer.c: a record came from a judge, or a ping of the input's. */
void broker_answer(void *broker, struct judge *, struct span line);
void broker_ponged(void *broker, struct judge *, struct span token);

/* tell.c: say in the config's file how the servers do. */
void broker_tell_begin(struct broker *);
void broker_tell_end(struct broker *);

/* tls.c: read the certificate, key and authorities, if they are needed;
 * false with the reason. Again, at a signal: what is bad changes nothing. */
bool broker_secure(struct broker *, struct buf *why);
void broker_secure_again(void *broker);

#endif
