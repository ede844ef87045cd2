/* SPDX-License-Identifier: ISC */
/* What a policy changes, counted by its rules. */
#ifndef TRIAL_TALLY_H
#define TRIAL_TALLY_H

#include <stdint.h>

#include "trial/trial.h"

/* What becomes of a stanza that was not so before. */
enum change { CHANGE_REFUSED, CHANGE_DROPPED, CHANGE_HELD, CHANGE_REDACTED,
	CHANGE_LET_GO, CHANGES };

struct tally_rule {
	struct span name; /* bytes of its own */
	uint64_t count[CHANGES];
};

/* A zeroed struct is a valid empty one. */
struct tally {
	struct tally_rule *rule;
	size_t rules;
	uint64_t records, differing;
	uint64_t count[CHANGES]; /* records */
};

/* Have a place in the order of the rules for this one. */
void tally_rule(struct tally *, struct span name);

/* Count a record. What is refused, dropped, held or let go counts for the rule
 * that decides it by now, what is redacted for each that does so and did not
 * before. */
void tally_add(struct tally *, const struct outcome *before,
    const struct outcome *after);

/* "refused", "let go", ...; with an underscore for a blank as a key. */
const char *change_name(enum change);
const char *change_key(enum change);

void tally_release(struct tally *);

#endif
