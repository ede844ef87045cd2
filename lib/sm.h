/* SPDX-License-Identifier: ISC */
/* Stream management (XEP-0198) of the sessions of a node, without touching a
 * counter: a stanza that may not go on is replaced, one for one. What was put
 * in its place is remembered with the session, also while its client is away,
 * until the client has acknowledged what came of it. */
#ifndef SM_H
#define SM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "map.h"
#include "span.h"

enum {
	SM_ID_MAX = 1024,	/* bytes of a server's SM-ID */
	SM_SWAP_ID = 32,	/* characters of a replacement's id */
	SM_SWAPS_MAX = 1000,	/* of one session, open at a time */
	SM_SWAPS_BYTES = 256 * 1024, /* of their errors, */
	SM_SWAPS_KEPT = 32 * 1024,   /* and of those that were written */
	SM_KEPT = 3600,		/* seconds, where the server names no time */
	SM_KEPT_MAX = 24 * 3600,
};

/* A ping that went to the server in place of a stanza: its answer becomes the
 * error for the client. */
struct sm_swap {
	struct sm_swap *next;
	char id[SM_SWAP_ID];
	struct buf error; /* on the wire */
	uint32_t up, down; /* the ping's and the error's place */
	bool taken;	   /* the answer came */
	bool answered;	   /* the error was written to the client */
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
	uint32_t up, down; /* stanzas written since it began */
	/* Errors that the client got before what the server sent earlier, while
	 * that is held: until it has it, too, its h says of what was sent after
	 * the first 'whole' stanzas only how many, not which. */
	uint32_t early, whole, h;
	bool h_kept; /* h: for the server, when it has */
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
 * error, for the wire, moves in. NULL if too many are open; of those that the
 * client has, but did not acknowledge, the oldest are forgotten sooner. */
struct sm_swap *sm_swap(struct sm *, struct buf *error);
/* The server answers: the open one of that id, from now on taken, or NULL. */
struct sm_swap *sm_swapped(struct sm *, struct span id);
/* The error was written to the client. */
void sm_answered(struct sm *, struct sm_swap *);
/* It is about to be, before its place. */
void sm_early(struct sm *);
/* Its place is reached: whether h was kept for that, and may be sent on. */
bool sm_in_place(struct sm *);
/* Whether the server may be told that the client has h stanzas. */
bool sm_true(const struct sm *, uint32_t h);

/* The client said that it has h stanzas: what is behind is done. */
void sm_acked(struct sm *, uint32_t h);

/* Resumed: the client has down, the server up. What went beyond is done
 * again. */
void sm_resumed(struct sm *, uint32_t up, uint32_t down);

/* Read a counter: decimal, below 2^32. */
bool sm_count(struct span, uint32_t *);

/* An id that cannot be guessed. */
void sm_random_id(char out[SM_SWAP_ID]);

#endif
