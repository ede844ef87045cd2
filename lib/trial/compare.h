/* SPDX-License-Identifier: ISC */
/* Records decided afresh by two policies, on two cores, some at a time. */
#ifndef TRIAL_COMPARE_H
#define TRIAL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"
#include "record/record.h"
#include "trial/trial.h"

enum {
	COMPARE_RECORDS = 4096,        /* decided at a time, at most */
	COMPARE_BYTES = 2 * 1024 * 1024, /* of their lines, unless one is longer */
};

struct compare;

/* By two policies that are ready, the caller's. */
struct compare *compare_new(struct policy *before, struct policy *after);
void compare_free(struct compare *);

/* Take in a record, which is copied, of the line with that number. False where
 * there is no room before the others are decided and seen. */
bool compare_add(struct compare *, const struct record *, struct span line,
    uint64_t number);

/* Decide all that were taken in. */
void compare_run(struct compare *);

struct compared {
	uint64_t number;
	const char *fault;    /* why it cannot be decided; else NULL */
	struct record record; /* as it came, undecided */
	struct outcome before, after;
};

/* The next of them; false past the last, and then others can be taken in. What
 * it points to stays until then. */
bool compare_next(struct compare *, struct compared *);

#endif
