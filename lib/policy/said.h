/* SPDX-License-Identifier: ISC */
/* A message that went on, as a conversation keeps it. */
#ifndef POLICY_SAID_H
#define POLICY_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/across.h"
#include "record/record.h"

/* Its strings are one behind the other in data. */
struct said {
	int64_t time;
	struct span record, id, last; /* the stanza's id, and that of its last
				       * correction */
	struct span text[ACROSS_LANES];
	size_t texts;
	char *data;
};

/* Of a record, with its stanza's id, without references, at now in
 * microseconds; of each text the last ACROSS_BYTES are kept. */
struct said *said_new(const struct record *, struct span id, int64_t now,
    const struct span *text, size_t texts);
void said_free(struct said *);

/* It corrects the other one (XEP-0308), which is freed: it stands where that
 * stood, and goes by both ids. */
void said_replaces(struct said *, struct said *old);

/* Whether it was said within ACROSS_SECONDS of now. */
bool said_fresh(const struct said *, int64_t now);

/* Its text in one of the lanes, borrowed; its last one where it has fewer. */
struct span said_lane(const struct said *, size_t lane);

#endif
