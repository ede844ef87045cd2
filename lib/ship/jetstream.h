/* SPDX-License-Identifier: ISC */
/* A stream of NATS JetStream that is written: the only one here that knows
 * libnats. What its threads learn is asked for in the caller's, when the alarm
 * says so. */
/* lib/ship is what takes records off the machine. In go records and journals;
 * out come messages in a stream of JetStream or rows of PostgreSQL, and what is
 * known to be there.
 *
 * waiting.h is the stage in a pipeline that waits for a stream, on parcels.h,
 * which keeps what is under way, and sender.h, which brings that there in order;
 * feeding.h has these from journals, which places.h knows where to go on with.
 * jetstream-read.h reads a stream, and fetching.h has its records, origin.h where
 * each of them was.
 * database.h brings journals (journals.h) into PostgreSQL, on rows.h, tables.h
 * and months.h; postgres.h alone knows libpq. status.h tells how far a target
 * is behind, settings.h is what cup-ship is asked for. */
#ifndef SHIP_JETSTREAM_H
#define SHIP_JETSTREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	JETSTREAM_ID_MAX = 128, /* bytes of a message's id */
	JETSTREAM_PLACE_MAX = 64, /* and of its last record's place */
	JETSTREAM_REPLICAS_MAX = 5,
	JETSTREAM_WAIT = 2000, /* milliseconds for an answer, at most */
};

struct jetstream_config {
	const char *urls;   /* "nats://A,B,C" or "tls://A,B,C" */
	const char *stream; /* also what its subjects begin with */
	const char *name;   /* ours, as the servers show it */
	const char *credentials; /* NULL: none, as for the others */
	const char *ca, *certificate, *key;
	unsigned replicas; /* at least */
};

enum jetstream_news {
	JETSTREAM_NOTHING,
	JETSTREAM_STORED,   /* number: a quorum has that message; seq */
	JETSTREAM_REFUSED,  /* number: it was not taken; text; and seq, if the
			     * stream's last message is that instead */
	JETSTREAM_FOUND,    /* jetstream_look: seq of the last message; id of
			     * the one that was asked for, "": it is not there */
	JETSTREAM_NOT_FOUND, /* jetstream_look: not now; text */
	JETSTREAM_UNFIT,    /* jetstream_look: it never will be; text */
	JETSTREAM_UP,	    /* there is a new connection, in use from now on */
	JETSTREAM_DOWN,	    /* the connection is lost */
};

struct jetstream_item {
	enum jetstream_news news;
	uint64_t number, seq;
	char id[JETSTREAM_ID_MAX + 1];
	char text[256];
};

struct jetstream_message {
	uint64_t number; /* the caller's, told back */
	uint64_t after;	 /* taken only if the stream's last message is this */
	const char *subject, *id;
	const char *place; /* "": none is told */
	struct span data;
};

struct jetstream;

/* Begin to connect, and do so again for ever, as long as news is asked for.
 * Returns NULL and says in why what is wrong with the config. What it points to
 * must stay. */
struct jetstream *jetstream_new(const struct jetstream_config *,
    struct buf *why);
void jetstream_free(struct jetstream *);

/* A descriptor that is readable while there is news, and the next of it. */
int jetstream_alarm(const struct jetstream *);
void jetstream_next(struct jetstream *, struct jetstream_item *);

/* See that the stream is there, make it if not, and find its last message, and
 * the id of the one that is numbered wanted (0: none is). One look at a time;
 * its end is news. */
void jetstream_look(struct jetstream *, uint64_t wanted);

/* Send a message; its end is news, unless it is lost. False with the reason in
 * a few words: it could not be sent. */
bool jetstream_send(struct jetstream *, const struct jetstream_message *,
    const char **why);

/* The largest message, in bytes, that the server takes; 0: not known. */
size_t jetstream_largest(const struct jetstream *);

/* Append a token of a subject: letters, digits and '-' stand for themselves,
 * every other byte for "_" and its two hexadecimal digits. */
void jetstream_token(struct buf *, struct span);

#endif
