/* SPDX-License-Identifier: ISC */
/* What link*.c share, and nobody else. */
#ifndef IO_LINK_INTERNAL_H
#define IO_LINK_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "io/link.h"
#include "io/proxyproto.h"

/* More than a TLS record, so that none is ever read in part. */
enum { LINK_SCRATCH = 32768 };

enum link_phase {
	LINK_PHASE_OPEN,
	LINK_PHASE_CONNECTING,
	LINK_PHASE_SNIFFING,
	LINK_PHASE_SECURING,	/* what was queued before TLS goes out */
	LINK_PHASE_HANDSHAKE,
	LINK_PHASE_DEAD,
};

struct link_closing {
	struct link *link;
	struct link_closing *next, **at;
	struct event timer;
};

struct link_loop {
	struct event_base *base;
	struct event flush;
	struct link *dirty, **dirty_end;
	struct link_closing *closing;
	size_t closing_count;
	char scratch[LINK_SCRATCH];
};

struct link {
	struct link_loop *loop;
	const struct link_owner *owner;	/* NULL: closing */
	void *arg;
	int fd;
	enum link_phase phase;
	unsigned busy;		/* calls that hold on to it */
	short handshake_wants;
	bool dirty;		/* in the loop's list, which holds on to it */
	bool freed, paused, peer_ended, shutting, shut, write_dead, blocked;
	bool read_wants_write, write_wants_read;
	enum link_proxy expects_proxy;
	bool readable_on, writable_on;
	bool kick;		/* look at it without waiting for the socket */
	struct link *next_dirty;
	struct link_closing *closing;
	struct tls *tls;
	struct tls_context *next_context;
	char *next_name;
	struct buf out;
	size_t sent;		/* of out */
	size_t edge;		/* SECURING: where the bytes for TLS begin */
	struct buf stash;	/* the PROXY header so far */
	struct proxyproto *proxy;
	struct endpoint peer;
	struct event readable, writable;
};

/* Around everything that may call the owner: the link stays in memory, and
 * its events are set at the end. */
void link_enter(struct link *);
void link_leave(struct link *);
void link_update(struct link *);
void link_fail(struct link *, const char *why);
void link_step(struct link *, enum link_step);

/* Look at the first bytes. */
void link_peek(struct link *);
/* Take in what has come; one that is closing forgets it. */
void link_read(struct link *);
void link_make_dirty(struct link *);
void link_flush(struct link *);
void link_shake(struct link *);
/* A closing link: whether both directions are over; it is freed then. */
void link_closing_check(struct link *);
void link_closing_done(struct link *);

#endif
