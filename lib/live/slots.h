/* SPDX-License-Identifier: ISC */
/* Slots for files (XEP-0363): what a client asked for is remembered until its
 * server grants it, and the gate of files (cup-upload(1)) is told before the
 * client is. A slot that the gate was not told of never reaches the client. */
#ifndef LIVE_SLOTS_H
#define LIVE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct proxy;
struct session;
struct slots;

/* Connect, now and whenever that is lost, to proxy.o.upload, a unix: address. */
struct slots *slots_new(struct proxy *);
void slots_free(struct slots *);

/* "up" or "down"; and how many slots the gate was told of. */
const char *slots_state(const struct slots *);
uint64_t slots_told(const struct slots *);

/* A stanza of a client, in canonical form, goes to the server: what it asks
 * for is remembered, should it ask for a slot; of many the latest are. */
void slots_asked(struct session *, struct span canonical);

/* One goes to the client. False if it grants a slot of which the gate cannot be
 * told: then the error that goes on in its place was appended to out, as it
 * goes over the wire. */
bool slots_pass(struct session *, struct span canonical, struct buf *out);

/* One that was released goes either way; where slots_pass says that it does
 * not, wire is set to the error. */
void slots_judged(struct session *, int way, struct span canonical,
    struct buf *wire);

/* slot-request.c: what clients asked for. */
struct slot_request {
	struct slot_request *next;
	struct buf id;	 /* of the iq */
	struct buf to;	 /* prepared */
	struct buf name, type; /* of the file; type empty: not said */
	uint64_t size;
};

/* In the order in which they came; a zeroed one is valid. */
struct slot_requests {
	struct slot_request *first;
	size_t count, bytes;
};

struct stanza;

/* Remember the request of an iq, if it is one that can be granted; jid: the
 * client's own. */
void slot_request_add(struct slot_requests *, const struct stanza *,
    struct span jid);
/* Take out the one that the iq answers; NULL: there is none. */
struct slot_request *slot_request_take(struct slot_requests *,
    const struct stanza *, struct span jid);
void slot_request_free(struct slot_request *);
void slot_requests_release(struct slot_requests *);

#define NS_UPLOAD "urn:xmpp:http:upload:0"

#endif
