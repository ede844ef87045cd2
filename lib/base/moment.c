/* SPDX-License-Identifier: ISC */
/* Which point in time a log means. */
#define _DEFAULT_SOURCE
#include "base/moment.h"

#include <time.h>

enum { SECOND = 1000000, DAY_SECONDS = 86400 };

static int64_t in_zone(struct tm *tm, const struct moment *m,
    const struct moment_sense *s)
{
	if (!m->zoned && s->local) {
		tm->tm_isdst = -1;
		return (int64_t)mktime(tm) * SECOND;
	}
	return ((int64_t)timegm(tm) - (m->zoned ? m->offset : s->offset)) *
	    SECOND;
}

static int64_t in_year(int year, const struct moment *m,
    const struct moment_sense *s)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = m->month - 1,
	    .tm_mday = m->day, .tm_sec = (int)(m->micros / SECOND)};

	return in_zone(&tm, m, s) + m->micros % SECOND;
}

/* A clock may be a little ahead of another. */
static const int64_t ahead = (int64_t)DAY_SECONDS * SECOND;

int64_t moment_resolve(const struct moment *m, const struct moment_sense *s)
{
	time_t seconds;
	struct tm tm;
	int64_t at;

	if (m->absolute)
		return m->micros;
	if (m->dated && m->year >= 0)
		return in_year(m->year, m, s);
	seconds = (time_t)(m->dated ? s->latest / SECOND
				    : s->day * DAY_SECONDS);
	gmtime_r(&seconds, &tm);
	if (m->dated) {
		at = in_year(tm.tm_year + 1901, m, s);
		for (int back = 1; at > s->latest + ahead && back < 9; back++)
			at = in_year(tm.tm_year + 1901 - back, m, s);
		return at;
	}
	tm.tm_sec = (int)(m->micros / SECOND);
	return in_zone(&tm, m, s) + m->micros % SECOND;
}

int64_t moment_day(int64_t micros, const struct moment_sense *s)
{
	int64_t seconds = micros / SECOND;
	time_t t = (time_t)seconds;
	struct tm tm;

	if (s->local) {
		localtime_r(&t, &tm);
		seconds += tm.tm_gmtoff;
	} else {
		seconds += s->offset;
	}
	return seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
}
