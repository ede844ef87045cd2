/* SPDX-License-Identifier: ISC */
/* Under what a record is counted. */
#ifndef STATS_KEYS_H
#define STATS_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/zone.h"
#include "record/participants.h"
#include "record/record.h"
#include "stats/sender.h"

enum stats_key {
	STATS_DAY,  /* 2026-11-22 */
	STATS_HOUR, /* of the day: 00 to 23 */
	STATS_USER, /* each who sends it, as search's --from has it: bare JID */
	STATS_RULE, /* each that a reason names, as search's --rule has it */
	STATS_VERDICT,
	STATS_NODE,
	STATS_EVENT,
	STATS_KEYS,
};

const char *stats_key_name(enum stats_key);
/* -1 for a word that is none. */
int stats_key_from(struct span);

/* Whether rows by it are shown in the order of their values: of time, or of
 * tightness. Else the largest come first. */
bool stats_key_ordered(enum stats_key);
/* Where a value stands in that order, where that is not its bytes'. */
int stats_key_rank(enum stats_key, struct span value);

/* The values of one key: none is twice in it. */
struct values {
	struct span *value;
	size_t count, cap;
};

/* What is kept from one record to the next. A zeroed one is of UTC. */
struct keys {
	struct zone *zone; /* the owner's */
	char minute[16];   /* the time that day and hour are of */
	char day[10], hour[2];
	struct stanza tree[2]; /* the stanza, and the original */
	struct participants senders[2];
	struct senders lately;
};

void keys_release(struct keys *);

/* Set the values under which a record counts; n 0: it has none of that kind.
 * They stay until the next record. Returns NULL, or in a few words why they
 * cannot be told. */
const char *keys_values(struct keys *, enum stats_key, const struct record *,
    struct values *);

#endif
