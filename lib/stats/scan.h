/* SPDX-License-Identifier: ISC */
/* Counting what sources have: one thread reads lines, others count them. */
#ifndef STATS_SCAN_H
#define STATS_SCAN_H

#include <stdbool.h>

#include "journal/source.h"
#include "stats/counting.h"

enum { SCAN_THREADS_MAX = 16 }; /* that count */

/* Told of a line that is no record, or cannot be counted: source_where() and
 * why. Never by two threads at a time. */
struct scan_listener {
	void *arg;
	void (*bad)(void *arg, const char *where, const char *why);
};

struct stats_scan;

/* Begin with as many threads as there are processors, or with one where the
 * order matters. The plan and the listener must outlive it. NULL with *why,
 * a constant, if the plan is refused, or with errno and *why. */
struct stats_scan *stats_scan_new(const struct counting_plan *,
    const struct scan_listener *, const char **why);

/* Count all that an open source has. False with errno if reading failed; its
 * why then says what. */
bool stats_scan_source(struct stats_scan *, struct source *);

/* Wait for the threads. Returns the sum of what they have counted, which the
 * scan owns. */
struct counting *stats_scan_end(struct stats_scan *);

void stats_scan_free(struct stats_scan *);

#endif
