/* SPDX-License-Identifier: ISC */
/* What is under way to a stream, in order: messages of one record or several,
 * and the comments between them. */
#ifndef SHIP_PARCELS_H
#define SHIP_PARCELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "record/record.h"
#include "ship/jetstream.h"

enum {
	PARCELS_BODY = 256 * 1024, /* bytes of several records, at most */
	PARCELS_BYTES = 16 * 1024 * 1024, /* of all */
};

enum parcel_kind { PARCEL_RECORDS, PARCEL_COMMENT, PARCEL_PING };

struct parcel {
	struct parcel *next;
	enum parcel_kind kind;
	unsigned records;
	int64_t at;	/* when it was begun, clock_ms() */
	bool sealed; /* nothing more is added: subject and id are set */
	bool tried, stored; /* it was ever sent; the stream has it */
	struct buf body; /* lines, each with its LF */
	struct buf subject;
	size_t node, event; /* in subject: where these tokens begin */
	char id[JETSTREAM_ID_MAX + 1];
	unsigned source; /* where its records come from */
	uint64_t seq; /* of its last record, where that is told: */
	char place[JETSTREAM_PLACE_MAX + 1]; /* "": it is not */
};

/* A zeroed struct is a valid empty one. */
struct parcels {
	struct parcel *first, *last;
	size_t bytes, records;
	size_t body; /* bytes of several records, if that is less; 0: it is not */
	struct digest *digest;
};

/* Add a record with its line, without the LF, to the last parcel if that is of
 * the same node and source, not sealed and small; else in a new one. stream is
 * what its subject begins with. Returns the parcel. */
struct parcel *parcels_record(struct parcels *, const char *stream,
    const struct record *, struct span line, unsigned source);
void parcels_comment(struct parcels *, struct span line);

/* Make the parcel's subject and id final. The id is that of its first record,
 * ':' and the first half of the body's digest: what is sent again, by whomever,
 * has it again. */
void parcels_seal(struct parcels *, struct parcel *);

/* Take the first one out, and free it. */
void parcels_shift(struct parcels *);

bool parcels_full(const struct parcels *);
void parcels_release(struct parcels *);

#endif
