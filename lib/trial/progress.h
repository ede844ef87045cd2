/* SPDX-License-Identifier: ISC */
/* A line for a terminal that says how far something is. */
#ifndef TRIAL_PROGRESS_H
#define TRIAL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "trial/tally.h"

/* What takes the line away again. */
#define PROGRESS_CLEAR "\r\033[K"

struct progress {
	int in;
	uint64_t size; /* of what is read; 0: it is no file */
	int64_t due;
};

/* What is read is at in. */
void progress_begin(struct progress *, int in);

/* Whether it is time, some ten times a second, to show the line again. */
bool progress_due(struct progress *);

/* Append the line: a bar where the end is known; else up to when the records
 * are that were read. time: of the last one. */
void progress_line(const struct progress *, const struct tally *,
    struct span time, struct buf *);

#endif
