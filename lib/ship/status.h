/* SPDX-License-Identifier: ISC */
/* A file that says how far a target is behind, kept for who asks: lines of
 * "KEY VALUE". */
#ifndef SHIP_STATUS_H
#define SHIP_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ship_lag {
	bool up;
	uint64_t records; /* that are not there yet */
	int64_t since;	  /* when the oldest was taken, clock_ms(); 0: none */
};

struct ship_status {
	const char *path; /* NULL: nobody asks */
	struct ship_lag lag, written;
	int64_t at; /* when it was written, clock_ms() */
};

/* The path stays the caller's. */
void ship_status_init(struct ship_status *, const char *path);

/* This is so now. It is written at once if it came up or went down, else twice
 * a second at most, and every five seconds even if it is as before, so that who
 * has died can be told; what cannot be written is tried again then. */
void ship_status_set(struct ship_status *, const struct ship_lag *);

/* due, or less if something is to be written before: milliseconds, -1 for
 * never, as for poll. */
int ship_status_due(const struct ship_status *, int due);

/* Take the file away. */
void ship_status_release(struct ship_status *);

#endif
