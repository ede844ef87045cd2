/* SPDX-License-Identifier: ISC */
/* What goes one way through a session, in order: items that are held until
 * they are decided, and what is behind them. */
#ifndef LANE_H
#define LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pipeline.h"
#include "record.h"
#include "sm.h"

struct notice;
struct proxy;
struct session;

enum item_kind {
	ITEM_STANZA,
	ITEM_LOGIN,	/* the server's word that a session begins */
	ITEM_REQUEST,	/* <r/>, which may overtake in time */
	ITEM_ENABLE,	/* <enable/>: counting to the server begins */
	ITEM_ENABLED,	/* <enabled/>: counting to the client begins */
	ITEM_RESUME,	/* <resume/> */
	ITEM_OTHER,	/* what is neither counted nor judged */
	ITEM_END,	/* the stream's end */
	ITEM_LOGOUT,	/* a record that nobody waits for; in no lane */
};

enum item_state {
	ITEM_HELD,	/* its record was not put yet */
	ITEM_ASKED,	/* it is in the pipeline */
	ITEM_STUCK,	/* it came back undecided: asked again in time, or of
			 * a fresh pipeline */
	ITEM_NOTED,	/* a notice of it is being written */
	ITEM_READY,	/* decided */
};

enum item_outcome {
	ITEM_GOES,	/* as it is in its record, or, if set, in wire */
	ITEM_REFUSED,	/* wire: the error for the sender, or nothing */
	ITEM_SWAPPED,	/* the error of a swap in place of its answer */
	ITEM_ASKS,	/* the node's own <r/>, after one overtook */
};

struct item {
	struct question q; /* its record; first, so that both are one */
	struct item *next; /* in its lane */
	struct item *newer, *older; /* in the list of deadlines or <r/>s */
	struct session *session;
	struct notice *notice;
	struct sm_swap *swap; /* of ITEM_SWAPPED; NULL: was written early */
	unsigned char kind, state, outcome, way;
	enum event event;
	bool listed;	/* in one of those lists */
	uint32_t at, len; /* the stanza, in its record */
	size_t weight;	/* bytes that it counts for */
	int64_t since;	/* timer_now */
	struct buf wire;
};

struct lane {
	struct item *first, *last;
	struct item *unasked;	/* the first that is ITEM_HELD, or NULL */
	size_t asked;		/* how many are in the pipeline */
	size_t more;		/* may be there, beyond the least */
	size_t bytes;
};

/* Write bytes that need no verdict, in their place. counted: it is a stanza.
 * The span may be proxy.out. */
void lane_pass(struct session *, int way, enum item_kind, struct span wire);

/* Hold a canonical element, as an event; wire: what goes on if that is
 * something else. reason.p set: it is refused already. */
struct item *lane_hold(struct session *, int way, enum item_kind, enum event,
    struct span canonical, struct span wire, struct span reason);

/* An error in place of a ping's answer. */
void lane_swapped(struct session *, struct sm_swap *);

/* The item is decided: outcome and wire are set. */
void item_ready(struct item *);

/* Write what is ready at the head. */
void lane_run(struct session *, int way);

/* Give up what is in the lane. */
void lane_drop(struct session *, int way);

/* Put the records that may be put. */
void lane_ask(struct session *, int way);

/* One of those that were put came back. */
void lane_answered(struct session *, int way);

/* overtake.c: write what has waited long enough behind what is held: <r/>s,
 * and errors, so that a sender is told though nothing that it receives is
 * decided. */
void overtake(struct proxy *, int64_t now);

/* It may do so in time, or at once if what is held is that old. */
void overtake_later(struct item *);

/* The place of what has overtaken is reached. */
void overtake_done(struct session *);

/* The client's <a/>, of that h: whether it goes on now. */
bool overtake_acked(struct session *, uint32_t h);

void item_list(struct item **first, struct item **last, struct item *);

/* The account of what is held. */
void item_free(struct proxy *, struct item *);
void item_unlist(struct proxy *, struct item *);

struct span item_stanza(const struct item *);

/* retry.c: nobody judges it for now; and ask again what nobody did. */
void verdict_unjudged(void *proxy, struct question *);
void verdict_retry(struct proxy *);

/* verdict.c: what comes back, and what does not in time. */
void verdict_answer(void *proxy, struct question *, const struct record *);
void verdict_garbled(void *proxy, struct question *, const char *why);
void verdict_stray(void *proxy, const struct record *);
void verdict_deadlines(struct proxy *, int64_t now);
/* Refuse it with a stanza error to its sender; discard: without. */
void verdict_refuse(struct item *, const char *type, const char *condition,
    struct span text);
/* The server is gone: the senders of what is held are told. */
void verdict_unsent(struct session *);
/* The session is: what is held is given up. */
void verdict_abandon(struct item *, const char *why);

#endif
