/* SPDX-License-Identifier: ISC */
/* What the files of the keeper share; nobody else's. */
#ifndef REVIEW_KEEPER_INTERNAL_H
#define REVIEW_KEEPER_INTERNAL_H

#include <sys/types.h>

#include "io/link.h"
#include "review/follow.h"
#include "review/holds.h"
#include "review/keeper.h"
#include "review/ledger.h"
#include "review/rules.h"

enum {
	KEEPER_TICK = 250,	  /* milliseconds between looks at the journal */
	KEEPER_PER_USER = 32,	  /* connections of a user, but for our own */
	KEEPER_LINE = 64 * 1024,  /* bytes of a line of theirs */
	KEEPER_BACKLOG = 1 << 20, /* that they do not read */
	KEEPER_CLOSE = 5000,	  /* milliseconds to take what is left */
	KEEPER_COMMAND = 60000,	  /* that a command may take */
	KEEPER_WINDOW = 64,	  /* that a node has in hand at a time, */
	KEEPER_WINDOW_BYTES = 4 << 20, /* and of how many bytes */
};

struct client {
	struct client *next, *prev;
	struct keeper *keeper;
	struct link *link;
	struct buf in;
	uid_t uid;
	char *user;	 /* NULL: he has asked nothing yet */
	bool own;	 /* root, or who runs the keeper */
	bool node;	 /* it takes what is settled, */
	char *node_name; /* of this node; NULL: of any */
	size_t has, has_bytes; /* of those, that are not done */
	bool gone;	 /* it has had its answer */
	int64_t closes;	 /* it is on its way out, until then at the latest
			  * (clock_ms); 0: it is not */
	bool ended;	 /* it sends no more */
};

/* A line that is being written, and whom it is to be told. */
struct pending {
	struct client *client; /* NULL: nobody, or gone */
	struct settled *settled; /* whose line it is; NULL: nobody's */
	bool arrived;		 /* the one of its arrival */
};

struct teller {
	struct hold **queue; /* of whom the command is still to be told */
	size_t at, count, cap;
	pid_t pid; /* 0: it does not run */
	char id[UUID_LEN]; /* of whom it is being told */
	int mark;	   /* the file up to whom it was told; -1: none */
	struct timer *limit, *ended;
};

struct keeper {
	struct keeper_config config;
	struct keeper_end end;
	struct event_base *base;
	struct link_loop *loop;
	struct listener *listener;
	struct timer *tick;
	struct ready *ending;
	struct ledger *ledger;
	struct follow follow;
	struct holds holds;
	bool started;	 /* what is held from now on is news */
	int64_t expires; /* when the next one does, in microseconds; 0: none */
	struct client *clients; /* the newest first */
	struct pending *pending;
	size_t pendings, pending_cap;
	struct teller teller;
	struct stanza stanza; /* scratch */
	struct buf chars, line, why;
};

/* keeper.c: end with that fault. */
void keeper_fail(struct keeper *, enum keeper_fault);
/* Read what the journal has now, and settle what has expired. */
void keeper_look(struct keeper *);
/* Journal a line, with its LF; once it is on disk the client is told. False if
 * it cannot be journaled, why says why not. */
bool keeper_write(struct keeper *, struct span line, struct client *,
    struct buf *why);
/* Have all of them on disk. */
void keeper_commit(struct keeper *);

/* keeper-client.c: take what came from it, and see to it. */
void client_said(struct client *, const char *, size_t);

/* keeper-listen.c */
bool keeper_listen(struct keeper *);
/* Cut off those who do not take what is left in time. */
void keeper_close_late(struct keeper *);
void keeper_close_clients(struct keeper *);

/* keeper-node.c: hand out what is settled to whom it has not been. */
void keeper_hand_out(struct keeper *);
/* A node is there, and is told what has arrived. */
void keeper_greet(struct keeper *, struct client *);
/* It is gone. */
void keeper_forget(struct keeper *, const struct client *);

/* keeper-tell.c: run the command for what is held, one after another. */
void teller_open(struct keeper *);
void teller_add(struct keeper *, struct hold *);
void teller_close(struct keeper *);

#endif
