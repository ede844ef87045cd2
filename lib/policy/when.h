/* SPDX-License-Identifier: ISC */
/* When a rule holds: by time of day, day of the week, and date. */
#ifndef POLICY_WHEN_H
#define POLICY_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/zone.h"

enum { WHEN_MINUTES = 24 * 60 };

/* What one condition says. */
struct when {
	unsigned char minute[WHEN_MINUTES / 8]; /* time: a bit each */
	int64_t date;      /* from, until: microseconds since 1970 */
	bool local;        /* as the zone's clocks show it */
	struct zone *zone; /* borrowed */
};

/* Whether a word is written like a date, right or wrong: 2026-12-01... */
bool when_looks_like_date(struct span);

/* Read RFC 3339, of which the offset (then *local is set), the seconds and the
 * time may be left out. */
bool when_read_date(struct span, int64_t *micros, bool *local);

/* Add HH:MM-HH:MM: from the first minute until the second, which 24:00 may be;
 * over midnight if that is earlier. */
bool when_add_time(struct when *, struct span);

/* Whether a time of day is in. */
bool when_has_time(const struct when *, int64_t local_micros);

/* Sunday is 0. */
unsigned when_day(int64_t local_micros);

#endif
