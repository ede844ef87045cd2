/* SPDX-License-Identifier: ISC */
/* What the parts of a broker share; nobody else's. */
#ifndef BROKER_PARTS_H
#define BROKER_PARTS_H

#include "affinity.h"
#include "alike.h"
#include "broker.h"
#include "intake.h"
#include "judge.h"

struct event_base;
struct link_loop;
struct outlet;
struct ready;

struct broker {
	struct broker_config config;
	struct event_base *base;
	struct link_loop *loop;
	struct tls_context *tls;
	struct posts *posts; /* HTTP under way; made when needed */
	struct judge *judge;
	size_t judges;

	struct intake intake;
	struct ready *in;
	struct outlet *out;
	struct timer *hangup;
	struct timer *end; /* after the end of input: how long to wait */
	struct window window;
	struct inquiries waiting; /* for any server */
	bool full, ended, leaving, over;
	int64_t moved; /* when the last answer came: timer_now */
	enum broker_result result;
	int error;
	uint64_t malformed, unjudged, lost;
	int64_t lost_said;

	struct alike alike;
	struct affinity affinity;
	struct buf scratch;
};

/* Put it to a server, or aside until there is one. */
void broker_route(struct broker *, struct inquiry *);

/* It does not go on: what is behind this could let it through, or journal it
 * as undecided for good. Whoever holds it may ask again. */
void broker_give_up(struct broker *, struct inquiry *, const char *text);

/* A judge is up: what waits may go there. */
void broker_up(struct broker *, struct judge *);
/* It is down: these are for others. */
void broker_down(struct broker *, struct judge *, struct inquiries *);

/* All is done: end what there is with the judges. */
void broker_leave(struct broker *);

/* broker-tls.c: read the certificate, key and authorities, if they are needed;
 * false with the reason. Again, at a signal: what is bad changes nothing. */
bool broker_secure(struct broker *, struct buf *why);
void broker_secure_again(void *broker);

/* After the finish of a judge, or the end of one. */
void broker_finished(struct broker *);

/* broker-answer.c: a record came from a judge. */
void broker_answer(struct broker *, struct judge *, struct span line);

/* The answer stands: n 0, as it was. */
void broker_settle(struct broker *, struct inquiry *, struct span line);

#endif
