/* SPDX-License-Identifier: ISC */
/* Trying a policy: what it would decide otherwise than another one. */
/* lib/trial tries policies, beside a pipeline and after it. In go records and
 * two policies, out comes what one decides otherwise than the other.
 *
 * trial.h says what an outcome is and when two differ. compare.h has records
 * decided by both; tally.h counts what that changes, report.h shows it and
 * progress.h how far it is. shadow.h hands what a stage decides to a process
 * beside it, in which shade.h tries the other policy. settings.h is what
 * cup-filter is asked for. */
#ifndef TRIAL_TRIAL_H
#define TRIAL_TRIAL_H

#include <stdbool.h>

#include "record/record.h"

/* How a record comes out by a policy. */
struct outcome {
	enum verdict verdict;
	struct span reason; /* as in field 7 */
	struct span stanza; /* as it would go on */
};

/* Whether not the same becomes of the stanza: it is refused or not, or goes on
 * with other words. Under which rule does not matter: to rename one changes
 * nothing. */
bool outcome_differs(const struct outcome *, const struct outcome *);

/* Write the record r, decided anew as was, as it is by now; in a field behind
 * the others, the verdict, a blank and the reason of was. */
void outcome_record(struct buf *, const struct record *r,
    const struct outcome *was);

#endif
