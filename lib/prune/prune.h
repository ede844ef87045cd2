/* SPDX-License-Identifier: ISC */
/* Carrying a plan out, in an order that can be gone on with wherever it was
 * left: the file "pruning" says from which line on notes may announce what is
 * not done; then the notes; then, segment by segment, a new file is put in the
 * place of the old one; then that file is emptied. */
/* lib/prune takes out of journals what they need not have any more. In go a
 * journal and what is to be kept, held and forgotten; out comes a plan, and if
 * that is wanted it is carried out, each step announced by a note of the
 * journal's (journal/notes.h) that is on disk before.
 *
 * keeps.h says how long a record is kept, hold-file.h what is held whatever
 * its age, settings.h whether what is asked for goes together; survey.h reads
 * of a journal what due.h does not show to be young, and makes the plan
 * (plan.h) of it. cut.h
 * looks at a segment once more and puts a new one in its place, torn.h has an
 * eye on what crashes have left beside them; notes.h finds what was announced
 * and not done, and prune.h does all of it in order, also after it was killed
 * anywhere. */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/error.h"
#include "prune/hold-file.h"
#include "prune/plan.h"

enum prune_end {
	PRUNE_FINE,
	PRUNE_LOCKED, /* somebody else prunes the journal, or writes it and
		       * takes no notes in */
	PRUNE_UNTRUSTED, /* others can write to it */
	PRUNE_HELD,   /* what was to go is held now */
	PRUNE_BROKEN, /* the journal is not whole */
	PRUNE_FAILED, /* errno, 0 if there is no reason to add */
};

struct prune {
	const char *journal; /* the caller's */
	int dir, lock, mark;
	uint64_t from;	    /* what was announced earlier: from that line on;
			     * 0: nothing was */
	struct buf why;	    /* where the end is not fine */
	struct buf left;    /* files of crashes that stay, a line each */
	uint64_t segments, pruned, erased; /* that were replaced; lines */
};

/* Begin. prune_finish is to be called whatever this returns. */
enum prune_end prune_begin(struct prune *, const char *journal);

/* Find what was announced earlier and not done. */
enum prune_end prune_announced(struct prune *, struct plan *);

/* Do what a plan says; announced: its notes are there already. Nothing of what
 * is held now goes. */
enum prune_end prune_do(struct prune *, struct plan *, struct hold_file *,
    bool announced);

void prune_finish(struct prune *);

#endif
