/* SPDX-License-Identifier: ISC */
/* A journal that is followed while it is written. */
#ifndef REVIEW_FOLLOW_H
#define REVIEW_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "review/holds.h"

struct journal_reader;

/* A zeroed struct with path set (the caller's) is at the beginning. */
struct follow {
	const char *path;
	struct journal_reader *journal; /* NULL: it is not there yet */
	uint64_t broken; /* lines of it that could not be read */
	struct buf why;
};

/* Take all that it has now into holds; opened is called for each record that
 * is held and open by it. False with errno, and why, where reading failed;
 * that the journal is not there yet is no failure. */
bool follow_on(struct follow *, struct holds *,
    void (*opened)(void *arg, struct hold *), void *arg);

void follow_release(struct follow *);

#endif
