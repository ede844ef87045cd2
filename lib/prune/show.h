/* SPDX-License-Identifier: ISC */
/* A plan, and what was done, as a person reads it. */
#ifndef PRUNE_SHOW_H
#define PRUNE_SHOW_H

#include "prune/hold-file.h"
#include "prune/notes.h"
#include "prune/plan.h"

/* Append what becomes of the journal, a line each. */
void show_plan(struct buf *out, const char *journal, const struct plan *);

/* Append what each hold holds, and since when, a line each. */
void show_holds(struct buf *out, const struct hold_file *);

/* Append a line with what a note of the journal says was pruned or erased,
 * when, by whom and why. */
void show_note(struct buf *out, const char *journal, const struct prune_note *);

#endif
