/* SPDX-License-Identifier: ISC */
/* What cup-ship is asked for, and whether it goes together. */
#ifndef SHIP_SETTINGS_H
#define SHIP_SETTINGS_H

#include <stdbool.h>

#include "base/args.h"
#include "ship/bucket.h"
#include "ship/jetstream.h"
#include "ship/journals.h"

/* What is given as text. */
enum ship_text {
	SHIP_STAGE = 1, /* the stream to wait for, as a stage */
	SHIP_FROM,	/* the stream to read */
	SHIP_STREAM,	/* its name */
	SHIP_CERTIFICATE,
	SHIP_KEY,
	SHIP_CA,
	SHIP_CREDENTIALS,
	SHIP_STATUS,
	SHIP_REGION,
	SHIP_RETAIN,
	SHIP_CURSOR,
	SHIP_TEXTS,
};

struct ship_settings {
	char *text[SHIP_TEXTS]; /* NULL: not given */
	char *target;		/* likewise */
	struct args journals;
	int replicas, skip, unsafe, follow, schema, verify;
	/* Who brings it to a bucket, and its region, as the environment has it;
	 * the rest is settled by the check. */
	struct bucket_config bucket;
};

/* Whether all goes together. False with the reason in why. */
bool ship_settings_check(struct ship_settings *, struct buf *why);

/* How to use the stream at urls. All is borrowed. */
struct jetstream_config ship_settings_stream(const struct ship_settings *,
    const char *urls);

/* Bring the journals to the target, of whatever kind it is. */
enum journals_result ship_settings_bring(const struct ship_settings *,
    const struct journals_config *);

void ship_settings_release(struct ship_settings *);

#endif
