/* SPDX-License-Identifier: ISC */
/* A stream of NATS JetStream that is read, message by message. Each call waits
 * for its answer. */
#ifndef SHIP_JETSTREAM_READ_H
#define SHIP_JETSTREAM_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ship/jetstream.h"

enum jetstream_read {
	JETSTREAM_READ,	   /* there is a message */
	JETSTREAM_PENDING, /* there are more, but none has come yet */
	JETSTREAM_AT_END,  /* there are no more now */
	JETSTREAM_LOST,	   /* why says so; begin again */
};

struct jetstream_got {
	uint64_t seq;
	const char *place; /* as it was sent; "": it has none */
	struct span data; /* its body; empty where only heads are read */
};

struct jetstream_reader;

/* What the stream begins and ends with; 0 and 0: it is empty. False: why says
 * so; *there tells whether it may be there all the same. */
bool jetstream_ends(struct jetstream *, uint64_t *first, uint64_t *last,
    bool *there, struct buf *why);

/* Read it from that message on, which is 1 at least; heads: without bodies.
 * Returns NULL with the reason in why. */
struct jetstream_reader *jetstream_reader_new(struct jetstream *,
    uint64_t from, bool heads, struct buf *why);
void jetstream_reader_free(struct jetstream_reader *);

/* The next message, if one comes within so many milliseconds; what it points to
 * is borrowed until the next call. None is left out: before that reading is
 * lost. */
enum jetstream_read jetstream_reader_next(struct jetstream_reader *, int ms,
    struct jetstream_got *, struct buf *why);

#endif
