/* SPDX-License-Identifier: ISC */
/* Stream management (XEP-0198) of the sessions of a node, without touching a
 * counter: a stanza that may not go on is replaced, one for one. What was put
 * in its place is remembered with the session, also while its client is away,
 * until the client has acknowledged what came of it. */
#ifndef LIVE_SM_H
#define LIVE_SM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/span.h"

enum {
	SM_ID_MAX = 1024,	/* bytes of a server's SM-ID */
	SM_SWAP_ID = 32,	/* characters of a replacement's id */
	SM_SWAPS_MAX = 4000,	/* of one session, open at a time */
	SM_SWAPS_BYTES = 256 * 1024, /* of their errors, */
	SM_SWAPS_KEPT = 32 * 1024,   /* and of those that were written */
	SM_KEPT = 3600,		/* seconds, where the server names no time */
	SM_KEPT_MAX = 24 * 3600,
};

/* A ping that went to the server in place of a stanza: its answer becomes the
 * error for the client. It is its stream's. */
struct sm_swap {
	struct sm_swap *next;
	struct sm_swap **user; /* who points to it, is told when it is freed */
	char id[SM_SWAP_ID];
	struct buf error; /* on the wire, */
	size_t rest;	/* and where a second stanza begins in it; 0: none */
	uint32_t up;	/* the ping's number among what the server got */
	uint32_t down;	/* the error's last among what the client got, */
	uint32_t place; /* and how much that had got when the answer's turn
			 * came, of one that was early */
	bool taken;	/* the answer came */
	bool answered;	/* the error was written to the client, */
	bool early;	/* before its turn, */
	bool placed;	/* which has come by now */
	bool loose;	/* of a stream that was not managed after all */
};

/* One managed stream, over all its connections. */
struct sm {
	struct map_node node; /* by SM-ID */
	struct sm *newer, *older; /* those without a connection */
	struct buf id;	      /* empty: cannot be resumed */
	struct buf jid;	      /* that was bound */
	struct buf token;     /* of the session's last login */
	struct sm_swap *swaps;
	size_t count, bytes; /* of the swaps, and of their errors */
	uint32_t up, down; /* stanzas written since it began, */
	uint32_t extra;	   /* and those of ours that the client had beyond
			    * the server's */
	uint32_t have;	   /* that the client said it has; and how many of the */
	uint32_t server;   /* server's that are, as the server was told */
	uint32_t acked, told; /* by the server; and what the client knows of
			       * that */
	int64_t keep;	   /* milliseconds without a connection */
	int64_t until;
	const char *ns;	   /* the version's, a constant */
	void *holder; /* the session that it belongs to now, or NULL */
};

struct sm_store {
	struct map by_id;
	struct sm *newest, *oldest;
	size_t parked, max;
};

struct sm *sm_new(void);

/* Forget it. */
void sm_free(struct sm_store *, struct sm *);

/* The server made it resumable: under id, for max seconds (0: not said). Two
 * of the same id are both forgotten, as nobody could tell them apart. */
void sm_enabled(struct sm_store *, struct sm *, struct span id, uint64_t max);

/* Its connection is gone; now: timer_now. It is freed if it cannot be
 * resumed. */
void sm_park(struct sm_store *, struct sm *, int64_t now);
/* And it has one again. */
void sm_unpark(struct sm_store *, struct sm *);

/* Forget what nobody came back for. */
void sm_expire(struct sm_store *, int64_t now);

struct sm *sm_find(const struct sm_store *, struct span id);
void sm_store_release(struct sm_store *);

/* A ping goes out in place of a stanza; id is set to what it must carry. The
 * error, for the wire, moves in: a stanza, and perhaps a second one from rest
 * on, or 0. NULL if too many are open; of those that the client was written,
 * but did not acknowledge, the oldest are forgotten sooner, or, where their
 * turn has not come, what they say. */
struct sm_swap *sm_swap(struct sm *, struct buf *error, size_t rest);
void sm_swaps_release(struct sm *);
/* Whether half of what may be open is, and will be less by what the server
 * says: for now nothing more should be taken from its client. */
bool sm_full(struct sm *);
/* The server answers: the open one of that id, from now on taken, or NULL. */
struct sm_swap *sm_swapped(struct sm *, struct span id);
/* The error was written to the client, in its turn: its first stanza is counted
 * already. */
void sm_answered(struct sm *, struct sm_swap *);
/* It is written before what the server sent earlier, and counted. Until the
 * turn of the server's answer has come the client has that many more than it
 * has of the server's. */
void sm_early(struct sm *, struct sm_swap *);
/* The turn of one that was early has come. */
void sm_placed(struct sm *, struct sm_swap *);

/* How many of the server's stanzas a client has that has h. */
uint32_t sm_server_h(const struct sm *, uint32_t h);
/* The client said that it has h: what is behind is done. Returns what to tell
 * the server. */
uint32_t sm_acked(struct sm *, uint32_t h);
/* Whether the server may be told of more by now, as something was placed; *h:
 * of how many. */
bool sm_owes(struct sm *, uint32_t *h);

/* The server has h stanzas. *told: of how many of these the client may be told:
 * those before the first whose error it was not written (a client forgets what
 * is acknowledged, and a crash now would have nobody tell it). False if that is
 * more than it was sent, or fewer than it had. */
bool sm_server_acked(struct sm *, uint32_t h, uint32_t *told);
/* Whether it may be told of more by now; *h: of how many. */
bool sm_tell(struct sm *, uint32_t *h);

/* The server would not manage the stream: nothing is counted any more. */
void sm_refused(struct sm *);

/* Resumed: the client has down, the server up. What went beyond is done
 * again. */
void sm_resumed(struct sm *, uint32_t up, uint32_t down);

/* Read a counter: decimal, below 2^32. */
bool sm_count(struct span, uint32_t *);

#endif
