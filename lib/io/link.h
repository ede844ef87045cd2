/* SPDX-License-Identifier: ISC */
/* A connection in an event loop: bytes in by callback, bytes out by a queue,
 * TLS from some point on. One idle link costs a few hundred bytes (and what
 * OpenSSL keeps). The process must ignore SIGPIPE. */
#ifndef IO_LINK_H
#define IO_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "io/endpoint.h"
#include "io/tls.h"

struct event_base;
struct link;
struct link_loop;

enum link_step {
	LINK_CONNECTED,		/* link_connecting: it is */
	LINK_SECURED,		/* link_secure: the handshake is done */
	LINK_SNIFFED_TLS,	/* link_sniff: a TLS record begins */
	LINK_SNIFFED_PLAIN,	/* or something else does */
};

enum link_end {
	LINK_PEER_ENDED,	/* the peer sends no more; writing goes on */
	LINK_FAILED,		/* nothing more comes or goes: free it */
};

/* Whom a link calls. Every call may free or close its link, and any other. */
struct link_owner {
	/* A step that was asked for is done. */
	void (*step)(struct link *, void *arg, enum link_step);
	/* n bytes came, n > 0, valid during the call only. */
	void (*data)(struct link *, void *arg, const char *p, size_t n);
	/* All that was queued is written, each time; may be NULL. */
	void (*drained)(struct link *, void *arg);
	/* Not all of it could be written, each time; may be NULL. */
	void (*blocked)(struct link *, void *arg);
	/* Called once for PEER_ENDED (why: NULL, or "cut off" where TLS was not
	 * ended in due form) and at most once, last, for FAILED. */
	void (*end)(struct link *, void *arg, enum link_end, const char *why);
};

/* The loop's share: a scratch buffer for all reads, and one flush for all that
 * was written in a round. The base must outlive it. Freeing ends all links
 * that link_close still keeps; the others must be gone. */
struct link_loop *link_loop_new(struct event_base *);
void link_loop_free(struct link_loop *);

/* How many links are still on their way out after link_close. */
size_t link_loop_closing(const struct link_loop *);
/* Whether each of these has written all, and only waits for its peer's end. */
bool link_loop_written(const struct link_loop *);

/* Make a link of a non-blocking socket, which it owns from now on. It reads
 * only after link_resume. */
struct link *link_new(struct link_loop *, int fd, const struct link_owner *,
    void *arg);
void link_set_owner(struct link *, const struct link_owner *, void *arg);

/* Close at once, without another word or call. */
void link_free(struct link *);

/* Give it up: it calls no more, writes what is queued, ends TLS and the
 * connection in due form, takes in what the peer still sends so that nothing
 * of that is lost, and frees itself; cut off after ms milliseconds. */
void link_close(struct link *, unsigned ms);

/* Wait for a connect(2) under way; LINK_CONNECTED follows. */
void link_connecting(struct link *);

/* Before the first link_resume: read a PROXY header, if there has to be one, or
 * if there may be one and it is there (anything else that begins with 'P' or
 * CR is none, and fails then), and look at the first byte after it without
 * taking it. A LINK_SNIFFED step follows; reading is paused. */
enum link_proxy { LINK_PROXY_NONE, LINK_PROXY_MUST, LINK_PROXY_MAY };
void link_sniff(struct link *, enum link_proxy);

/* Write out what is queued, then do the handshake, as client or server as the
 * context says; LINK_SECURED follows, and reading is as it was. Bytes queued
 * meanwhile go out after it. name: see tls_new. */
void link_secure(struct link *, struct tls_context *, const char *name);

/* Bytes that have come and were not handed over. Before STARTTLS is agreed to
 * there must be none: they were sent before the peer could know. */
size_t link_buffered(const struct link *);

/* Stop and go on reading. No data call comes while it is paused. */
void link_pause(struct link *);
void link_resume(struct link *);
bool link_paused(const struct link *);

/* Queue bytes. They go out, all of a round together, before the loop waits
 * again. After a failure they are dropped. */
void link_write(struct link *, const char *p, size_t n);
/* The bytes that are queued. */
size_t link_backlog(const struct link *);

/* The memory that they take while the peer does not read; 0 while it does. */
size_t link_stuck(const struct link *);

/* End the own direction once all that is queued is written; reading goes on.
 */
void link_shutdown(struct link *);

int link_fd(const struct link *);
/* NULL while it is plain; fit for tls_version and the like. */
const struct tls *link_tls(const struct link *);
/* Both ends, as the PROXY header said or else as the socket says. */
const struct endpoint *link_peer(const struct link *);
/* The other end is this one: a proxy said so in another way. */
void link_set_peer(struct link *, const struct endpoint *);
struct endpoint link_local(const struct link *);

#endif
