/* SPDX-License-Identifier: ISC */
/* Writing new records (cup-record(5)): a node's name, ids and the clock. */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/stamp.h"
#include "base/uuid.h"
#include "record/record.h"

enum { RECORDER_TOKEN = 16 }; /* characters of a session's token */

struct recorder {
	struct span node; /* the caller's */
	struct uuid_source ids;
	int64_t micros;
	char time[STAMP_LEN];
};

/* Records have this time from now on: call it once for each read. */
void recorder_now(struct recorder *);

/* The next records are of that time, in microseconds; their ids are of ours.
 * Until recorder_now, or recorder_own, by which they have it again. */
void recorder_at(struct recorder *, int64_t micros);
void recorder_own(struct recorder *);

/* A new token for a session; no NUL. */
void recorder_token(char out[RECORDER_TOKEN]);

/* Append a record, with an id of its own, that is undecided, or refused for
 * a reason. reason.p NULL: none. */
void recorder_write(struct recorder *, struct buf *lines, struct span session,
    enum event, struct span reason, struct span stanza);

/* Append a record with that id (UUID_LEN bytes; NULL: one of its own), verdict
 * and reason; reason.p NULL: none. */
void recorder_put(struct recorder *, struct buf *lines, const char *id,
    struct span session, enum event, enum verdict, struct span reason,
    struct span stanza);

/* Append a login or logout of a JID (without references); attrs are further
 * attributes, each with a space before it. */
void recorder_session(struct recorder *, struct buf *lines,
    struct span session, enum event, struct span jid, const char *attrs);

#endif
