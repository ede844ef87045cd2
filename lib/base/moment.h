/* SPDX-License-Identifier: ISC */
/* Times as logs and consoles write them: with or without a zone, a year, a
 * day. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct moment {
	bool absolute; /* micros is since 1970 in UTC, all else is unset */
	bool zoned;    /* offset, in seconds east of UTC, was written */
	bool dated;    /* month (1 to 12) and day are set */
	int year;      /* -1: none was written */
	int month, day, offset;
	int64_t micros; /* of the day */
};

/* What a moment does not say itself. */
struct moment_sense {
	bool local;	/* its zone is this process's (TZ), else offset */
	int offset;	/* seconds east of UTC */
	int64_t latest; /* in microseconds: of the years it could be of, it is
			 * of the last one that is not after this */
	int64_t day;	/* since 1970, of a moment without a date */
};

/* Find the first time in a line's text, at its beginning or not far behind it.
 * Known are RFC 3339, also with a space, a comma, slashes or without a zone;
 * syslog's (RFC 3164) with or without a year; ctime(3)'s; that of access logs
 * (07/Oct/2026:04:09:48 +0200); a month and day (10-07 04:09:48.123); seconds,
 * or milliseconds, since 1970; and a time of the day alone. False if there is
 * none. *end is the offset behind it. */
bool moment_find(struct moment *, struct span text, size_t *end);

/* The same for a text that is a time and nothing else, such as a stamp of
 * XEP-0082 or of XEP-0091 (20261007T04:09:48). */
bool moment_read(struct moment *, struct span text);

/* Which point in time that is, in microseconds since 1970. */
int64_t moment_resolve(const struct moment *, const struct moment_sense *);

/* The day, since 1970, that a point in time is on there. */
int64_t moment_day(int64_t micros, const struct moment_sense *);

/* Read what a person says a zone is: "UTC", "Z", "local", or an offset such as
 * +02:00. False if it is none of these. */
bool moment_zone(struct moment_sense *, struct span text);

#endif
