/* SPDX-License-Identifier: ISC */
/* A bar on a terminal that shows how far something is. */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stdbool.h>
#include <stdint.h>

/* A zeroed struct shows nothing, ever. */
struct meter {
	bool on;    /* there is a terminal */
	int64_t begun, drawn; /* clock_ms() */
	bool shown;
};

/* Show it on standard error, if that is a terminal, once a second is over. */
void meter_begin(struct meter *);

/* It is so far: done of all, which is 0 where nobody can tell; found so many
 * until now. Drawn anew a few times a second. */
void meter_show(struct meter *, uint64_t done, uint64_t all, uint64_t found);

/* Take it off the terminal: before anything else is written there, and at the
 * end. */
void meter_clear(struct meter *);

#endif
