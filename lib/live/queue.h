/* SPDX-License-Identifier: ISC */
/* What goes one way through a session, in order: items that are held until
 * they are decided, and what is behind them. */
#ifndef LIVE_QUEUE_H
#define LIVE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "live/sm.h"
#include "pipeline/pipeline.h"
#include "record/record.h"

struct bounce;
struct notice;
struct proxy;
struct refusal;
struct session;
struct stanza;

enum item_kind {
	ITEM_STANZA,
	ITEM_LOGIN,	/* the server's word that a session begins */
	ITEM_REQUEST,	/* <r/>, which may overtake in time */
	ITEM_ENABLE,	/* <enable/>: counting to the server begins */
	ITEM_ENABLED,	/* <enabled/>: counting to the client begins */
	ITEM_RESUME,	/* <resume/> */
	ITEM_OTHER,	/* what is neither counted nor judged */
	ITEM_END,	/* the stream's end */
	ITEM_LOGOUT,	/* a record that nobody waits for; in no queue */
	ITEM_RELEASE,	/* one of a release (release.h); likewise */
};

enum item_state {
	ITEM_HELD,	/* its record was not put yet */
	ITEM_ASKED,	/* it is in the pipeline */
	ITEM_STUCK,	/* it came back undecided: asked again in time, or of
			 * a fresh pipeline */
	ITEM_NOTED,	/* a notice of it is being written */
	ITEM_READY,	/* decided */
	ITEM_WAITS,	/* whether it is to be asked is not known yet
			 * (release.h) */
};

enum item_outcome {
	ITEM_GOES,	/* as it is in its record, or, if set, in wire */
	ITEM_REFUSED,	/* wire: the error for the sender, or nothing; or, if
			 * it answers, for who asked */
	ITEM_SWAPPED,	/* the error of a swap in place of its answer */
	ITEM_ASKS,	/* the node's own <r/>, after one overtook */
};

struct item {
	struct question q; /* its record; first, so that both are one */
	struct item *next; /* in its queue */
	struct item *newer, *older; /* in the list of deadlines or <r/>s */
	struct session *session;
	struct notice *notice;
	struct refusal *refusal; /* its record is that of what tells of it */
	struct sm_swap *swap; /* of ITEM_SWAPPED: the stream's, which sets it to
			       * NULL should it forget it */
	unsigned char kind, state, outcome, way;
	enum event event;
	bool listed;	/* in one of those lists */
	uint32_t rest;	/* where a second stanza begins in wire; 0: none */
	bool answers;	/* wire goes on in place of an answer that is refused */
	uint32_t at, len; /* the stanza, in its record */
	size_t weight;	/* bytes that it counts for */
	int64_t since;	/* timer_now */
	struct buf wire;
};

struct queue {
	struct item *first, *last;
	struct item *unasked;	/* the first that is ITEM_HELD, or NULL */
	size_t asked, asked_bytes; /* in the pipeline */
	size_t more;		/* may be there, beyond the least */
	size_t bytes;
	/* Of those whose next record is large, which take turns. */
	struct session *waits;	/* whose it is; NULL: it does not wait */
	struct queue *turn_next, *turn_prev;
};

/* Write bytes that need no verdict, in their place. counted: it is a stanza.
 * The span may be proxy.out. */
void queue_pass(struct session *, int way, enum item_kind, struct span wire);

/* What is known of a stanza before it is asked of: the beginning of its record's
 * reason (.p NULL: none), with the verdict of that. */
struct ruling {
	struct span reason;
	enum verdict verdict;
	bool waits; /* it begins as ITEM_WAITS */
};

/* Hold a canonical element, as an event; wire: what goes on if that is
 * something else. */
void queue_hold(struct session *, int way, enum item_kind, enum event,
    struct span canonical, struct span wire, const struct ruling *);

/* A stanza goes no further, and nobody is told. */
void queue_skip(struct session *, int way);

/* Look for the first that is ITEM_HELD, and go on asking there. */
void queue_ask_again(struct session *, int way);

/* An error in place of a ping's answer. */
void queue_swapped(struct session *, struct sm_swap *);

/* Make its record, of a canonical element, in place of any that it had; which
 * is not in the pipeline. */
void item_record(struct item *, enum event, struct span canonical,
    const struct ruling *);

/* The item is decided: outcome and wire are set. */
void item_ready(struct item *);

/* Write what is ready at the head. */
void queue_run(struct session *, int way);

/* Give up what is in the queue. */
void queue_drop(struct session *, int way);

/* Put the records that may be put. */
void queue_ask(struct session *, int way);

/* The item's record, which was put, is not in the pipeline any more. */
void queue_unask(struct item *);

/* The same, as it came back: more may be there, or fewer. */
void queue_answered(struct item *);

/* The timer's call: the next queue that waits has its turn. */
void queue_turn(void *proxy);

/* The queue waits for nothing any more. */
void queue_leave(struct proxy *, struct queue *);

/* overtake.c: write what has waited long enough behind what is held: <r/>s,
 * and errors, so that a sender is told though nothing that it receives is
 * decided. */
void overtake(struct proxy *, int64_t now);

/* Write the error of a swap now; of all whose stanzas a <resumed/> counts. */
void overtake_swap(struct session *, struct sm_swap *);
void overtake_resumed(struct session *);

/* It may do so in time, or at once if what is held is that old. */
void overtake_later(struct item *);

void item_list(struct item **first, struct item **last, struct item *);

/* The account of what is held. */
void item_free(struct proxy *, struct item *);
void item_unlist(struct proxy *, struct item *);

/* Its stanza, in its record. */
static inline struct span item_stanza(const struct item *i)
{
	return (struct span){i->q.line.data + i->at, i->len};
}

/* refusal.c: the refused stanza, which is in proxy.stanza, with its error in
 * wire, has its sender told by a message, if so set. Then its record is that
 * message's, and it is ready once that is decided. */
bool refusal_begin(struct item *, const struct bounce *);
/* Whether somebody wrote it: of a receipt, or that he is typing, nobody is
 * told in words. */
bool refusal_written(const struct stanza *);
/* It may be sent (as changed, if wire is set); it may not, and the error is; it
 * is not judged in time, and goes into the refused journal. */
void refusal_allowed(struct item *);
void refusal_denied(struct item *);
void refusal_unjudged(struct item *);
size_t refusal_weight(const struct item *);
void refusal_free(struct item *);

/* retry.c: nobody judges it for now; and ask again what nobody did. */
void verdict_unjudged(void *proxy, struct question *);
/* Pipelines fail over it: its sender is told. */
void verdict_given_up(void *proxy, struct question *);
void verdict_retry(struct proxy *);
/* At the end: say how many logouts nobody judged, and forget them. */
void verdict_leave(struct proxy *);

/* verdict.c: what comes back. */
void verdict_answer(void *proxy, struct question *, const struct record *);
void verdict_garbled(void *proxy, struct question *, const char *why);
void verdict_stray(void *proxy, const struct record *);
/* Ask what its answer made room for. */
void verdict_ask_more(struct session *);
/* The record of an item of no session came back, or (NULL) nobody judges it:
 * the item is given up, or its release goes on. */
void item_alone(struct proxy *, struct item *, const struct record *);
/* Refuse it with a stanza error to its sender; discard: without. */
void verdict_refuse(struct item *, const char *type, const char *condition,
    struct span text);

/* expire.c: what does not. It is late. */
void verdict_deadlines(struct proxy *, int64_t now);
/* The server is gone: the senders of what is held are told. */
void verdict_unsent(struct session *);
/* The session is: what is held is given up. */
void verdict_abandon(struct item *, const char *why);

#endif
