/* SPDX-License-Identifier: ISC */
/* Time zones, as the system's tzdata has them. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdint.h>

#include "base/span.h"

struct zone;

/* The zone of that name (Europe/Berlin), the caller's to free; NULL if the
 * system knows none. UTC is always there. */
struct zone *zone_new(struct span name);
void zone_free(struct zone *);

const char *zone_name(const struct zone *);

/* What the clocks there show at a time (both microseconds since 1970, the
 * latter as if the zone were UTC). It is looked up once in a quarter of an
 * hour, where all changes of clocks since 1973 begin and end. Threads may do so
 * at the same time, each with zones of its own; as the process's TZ is changed
 * meanwhile, nothing else in it may ask for local times. */
int64_t zone_local(struct zone *, int64_t micros);

#endif
