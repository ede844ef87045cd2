/* SPDX-License-Identifier: ISC */
/* Lines to and from a command that is run for it, or an address. */
#ifndef RECORD_CHANNEL_H
#define RECORD_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

struct address;
struct channel;
struct children;
struct event_base;
struct link_loop;
struct tls_context;

/* One of argv (NULL-terminated) and address (resolved) is set; they and the
 * context, for an address with TLS, stay the caller's. */
struct channel_target {
	const char *const *argv;
	const struct address *address;
	struct tls_context *tls;
	struct children *left; /* with argv: where the command is kept that
				* does not end by itself */
	size_t nth; /* the first of the address's endpoints that is tried */
};

struct channel_owner {
	/* It is connected. */
	void (*open)(struct channel *, void *arg);
	/* A line without its LF, valid during the call. */
	void (*line)(struct channel *, void *arg, struct span line);
	/* What was written has gone out. */
	void (*drained)(struct channel *, void *arg);
	/* Part of the command has ended; it may be that nothing more comes.
	 * After channel_watch; may be NULL otherwise. */
	void (*stirred)(struct channel *, void *arg);
	/* Nothing more comes: free it. why in a few words. */
	void (*end)(struct channel *, void *arg, const char *why);
};

/* Start. NULL with the reason appended to why. The owner may free it in any
 * of its calls. */
struct channel *channel_open(struct event_base *, struct link_loop *,
    const struct channel_target *, const struct channel_owner *, void *arg,
    struct buf *why);

/* Have an eye on the processes of the command, which are all there by now. */
void channel_watch(struct channel *);

/* Close it at once; a command that does not end by itself is ended, after
 * some seconds. */
void channel_free(struct channel *);

/* The same, but the command is ended now. */
void channel_end(struct channel *);

/* The same at the end of the process: the command is gone on return. */
void channel_kill(struct channel *);

void channel_write(struct channel *, struct span);
size_t channel_backlog(const struct channel *);

/* End the own direction behind what was written: the command sees the end of
 * its input. */
void channel_finish(struct channel *);

#endif
