/* SPDX-License-Identifier: ISC */
/* Points in time: microseconds since the epoch and RFC 3339 in UTC. */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_LEN = 27 }; /* 2026-11-22T21:33:38.123456Z */

/* Now, in microseconds since 1970 (CLOCK_REALTIME). */
int64_t stamp_now(void);

/* Write the STAMP_LEN bytes of the form above; no NUL. Years 0000 to 9999. */
void stamp_write(char out[STAMP_LEN], int64_t micros);

/* Read exactly the form above, as in records. */
bool stamp_read(const char *p, size_t len, int64_t *micros);

/* Read RFC 3339 with any offset and fraction, or a date alone (its first
 * moment, UTC). */
bool stamp_rfc3339(const char *text, int64_t *micros);

/* Read what a person writes: RFC 3339, of which the offset (then it is UTC),
 * the seconds, the time, the date (then it is that of now) and the day may be
 * left out; now, today, yesterday, tomorrow; a span before now: -90s -15m -12h
 * -1d -2w -1M -1y, or "2 hours ago"; @ and seconds since 1970. */
bool stamp_parse(const char *text, int64_t now, int64_t *micros);

#endif
