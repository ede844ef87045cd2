/* SPDX-License-Identifier: ISC */
/* Bringing records into a stream in order, each once: one message is under way at
 * a time, and it is taken only right behind what the stream is known to end in.
 * So after any doubt there is one place where it can be, and that is looked at
 * before it is sent again; that servers know ids of messages is not relied on. */
#ifndef SHIP_SENDER_H
#define SHIP_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ship/jetstream.h"
#include "ship/parcels.h"

enum sender_state {
	SENDER_DOWN, /* no connection, or none to a stream */
	SENDER_LOOKING,
	SENDER_READY,
	SENDER_UNFIT, /* it never will be */
};

struct sender_owner {
	/* The first parcel is in the stream, as are all before it; it is freed
	 * afterwards. Comments and pings come in their order, too. */
	void (*stored)(void *arg, const struct parcel *);
	/* One that the server never takes, as it is too large. */
	void (*refused)(void *arg, const struct parcel *, const char *why);
	/* What the stream has become, or why it is not there. */
	void (*say)(void *arg, const char *text);
	/* Messages from..to of the stream but own (0: none is) are of others;
	 * NULL: nobody asks. */
	void (*grown)(void *arg, uint64_t from, uint64_t to, uint64_t own);
};

struct sender {
	struct jetstream *stream;
	const char *name;
	const struct sender_owner *owner;
	void *arg;
	struct parcels window;
	enum sender_state state;
	bool connected, doubtful; /* look as soon as that is possible */
	uint64_t last;	 /* what the stream is known to end in */
	uint64_t looked; /* the same when the look was begun */
	bool flying;	 /* the first parcel was sent; no answer yet */
	uint64_t sends;	 /* so far: the number of the last one */
	uint64_t live;	 /* from which on they are of the first parcel, and may
			  * still be stored */
	unsigned open;	 /* how many of these are not answered */
	uint64_t behind; /* where that parcel was sent to last */
	unsigned refusals; /* since something was stored */
	int64_t moved;	 /* when the stream last took one, or was found */
	int64_t look_at; /* when to look again; 0: not by time */
	int64_t down;	 /* since when; 0: it is not */
	bool said;	 /* that it is down */
	char why[256];
};

/* Over a stream that the caller frees after it. */
void sender_init(struct sender *, struct jetstream *, const char *name,
    const struct sender_owner *, void *arg);
void sender_release(struct sender *);

/* Send what may be sent. Call it when nothing more is waiting to be put into
 * the window. */
void sender_pump(struct sender *);

/* The stream's alarm was readable: take its news. */
void sender_news(struct sender *);

/* Milliseconds until sender_tick has something to do; -1: not by time. */
int sender_due(const struct sender *);
void sender_tick(struct sender *);

/* Let all that is under way go as if it were stored. */
void sender_skip(struct sender *);

#endif
