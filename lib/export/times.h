/* SPDX-License-Identifier: ISC */
/* Times as exports have them, in one zone. */
#ifndef EXPORT_TIMES_H
#define EXPORT_TIMES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct times;

/* NULL if the system does not know the zone. */
struct times *times_new(struct span zone);
void times_free(struct times *);
const char *times_zone(const struct times *);

/* The day there, a number that grows by 1; and, in microseconds as that zone's
 * clocks show it, when a time is. */
int64_t times_day(struct times *, int64_t micros);
int64_t times_local(struct times *, int64_t micros);

/* Append "2026-11-22" of a day; "Sun, 22 Nov 2026 21:33:38 +0100" (RFC 5322),
 * "2026-11-22T21:33:38.123456+01:00" (RFC 3339), "21:33:38",
 * "2026-11-22 21:33:38" of a time. */
void times_date(struct buf *, int64_t day);
void times_mail(struct times *, struct buf *, int64_t micros);
void times_full(struct times *, struct buf *, int64_t micros);
void times_clock(struct times *, struct buf *, int64_t micros);
void times_short(struct times *, struct buf *, int64_t micros);

#endif
