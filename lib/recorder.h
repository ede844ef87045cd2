/* SPDX-License-Identifier: ISC */
/* Writing new records (cup-record(5)): a node's name, ids and the clock. */
#ifndef RECORDER_H
#define RECORDER_H

#include <stdint.h>

#include "buf.h"
#include "record.h"
#include "span.h"
#include "stamp.h"
#include "uuid.h"

enum { RECORDER_TOKEN = 16 }; /* characters of a session's token */

struct recorder {
	struct span node; /* the caller's */
	struct uuid_source ids;
	int64_t micros;
	char time[STAMP_LEN];
};

/* Records have this time from now on: call it once for each read. */
void recorder_now(struct recorder *);

/* A new token for a session; no NUL. */
void recorder_token(char out[RECORDER_TOKEN]);

/* Append a record, with an id of its own, that is undecided, or refused for
 * a reason. reason.p NULL: none. */
void recorder_write(struct recorder *, struct buf *lines, struct span session,
    enum event, struct span reason, struct span stanza);

/* Append a login or logout of a JID (without references); attrs are further
 * attributes, each with a space before it. */
void recorder_session(struct recorder *, struct buf *lines,
    struct span session, enum event, struct span jid, const char *attrs);

#endif
