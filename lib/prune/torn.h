/* SPDX-License-Identifier: ISC */
/* SEQ.torn: what a crash has left unfinished, which may be a record that came
 * again afterwards. */
#ifndef PRUNE_TORN_H
#define PRUNE_TORN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/args.h"
#include "base/buf.h"
#include "prune/survey.h"

/* Add to the plan the files that hold what was asked to be forgotten, and
 * nothing that is held. False with errno. */
bool torn_survey(struct plan *, const char *journal,
    const struct survey_rules *);

/* Remove the files that stand at the place of one of the lines from..to, or in
 * which one of the ids is. What is held, or cannot be told not to be, stays:
 * its name is added to left, a line each. False with errno. */
bool torn_clean(int dir, uint64_t from, uint64_t to, const struct args *ids,
    struct hold_file *, struct buf *left);

#endif
