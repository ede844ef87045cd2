/* SPDX-License-Identifier: ISC */
/* Going through what is held, one by one, with a person who settles it:
 * cup-review(1), -i. */
#ifndef REVIEW_WALK_H
#define REVIEW_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "record/review.h"
#include "review/context.h"

struct walk_item {
	struct span line;    /* the held record, without its LF */
	struct span remarks; /* what is to be known besides, in lines: notes,
			      * reviewers so far, a policy changed since; n 0:
			      * nothing. It is shown so that nothing in it acts
			      * on the terminal. */
};

/* Fill in all; the caller keeps what it points to. */
struct walk {
	const struct walk_item *item; /* oldest first */
	size_t items;
	const struct context *context; /* of these; NULL: none is shown */
	bool colour; /* by SGR sequences (ECMA-48) */
	bool local;  /* times of this place, not UTC */
	int in, out; /* where the person is: keys and lines, the text */
	/* Settle the record of that id; verdict is one of a person's, why and
	 * to (.p NULL but with REVIEW_ESCALATE) are valid texts. Returns whether
	 * that was done. Into answer, which comes empty, goes what the person
	 * is told: why not, or, if it was done, what is still missing; empty:
	 * that it was done. */
	bool (*settle)(void *arg, struct span id, enum review_verdict,
	    struct span why, struct span to, struct buf *answer);
	void *arg;
};

/* How it went. */
struct walk_result {
	size_t done[REVIEW_VERDICTS]; /* how often that was done */
	size_t failed;		      /* what could not be settled */
	bool broken; /* in could not be read or out written: errno */
	int signal;  /* that ended it; 0: none */
};

/* Until all was shown, the person quits, or in ends. Where in is a terminal,
 * single keys count and a whole line only for a text; the terminal is left as
 * it was found, also where SIGINT, SIGTERM or SIGHUP ends it (which until then
 * are blocked, as are SIGWINCH and SIGTSTP). */
struct walk_result walk(const struct walk *);

#endif
