/* SPDX-License-Identifier: ISC */
/* Dates and times of day as a policy has them. */
#include <string.h>

#include "base/stamp.h"
#include "policy/when.h"

static const int64_t minute_micros = 60 * INT64_C(1000000);

enum {
	DATE_LEN = 10,	    /* 2026-12-01 */
	DATE_MAX = 40,
	RANGE_LEN = 11,	    /* 22:00-06:00 */
	DAYS = 7,
	THURSDAY = 4,	    /* 1970-01-01 was one */
};

bool when_looks_like_date(struct span s)
{
	return span_alike(s, "0000-00-00") == DATE_LEN &&
	       (s.n == DATE_LEN || s.p[DATE_LEN] == 'T');
}

bool when_read_date(struct span s, int64_t *micros, bool *local)
{
	char text[DATE_MAX + 1];

	if (!when_looks_like_date(s) || s.n > DATE_MAX)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	/* Nothing in it is left to be that of now. */
	*local = !strpbrk(text + DATE_LEN, "Zz+-");
	return stamp_parse(text, 0, micros);
}

/* Minutes since midnight of "HH:MM", or -1. */
static int read_minute(const char *p)
{
	int hour = (p[0] - '0') * 10 + p[1] - '0';
	int minute = (p[3] - '0') * 10 + p[4] - '0';
	int all = hour * 60 + minute;

	return minute > 59 || all > WHEN_MINUTES ? -1 : all;
}

bool when_add_time(struct when *w, struct span s)
{
	int from, until;

	if (s.n != RANGE_LEN || span_alike(s, "00:00-00:00") != RANGE_LEN)
		return false;
	from = read_minute(s.p);
	until = read_minute(s.p + RANGE_LEN - 5);
	if (from < 0 || until < 0 || from == WHEN_MINUTES || from == until)
		return false;
	for (int i = from; i != until; i = (i + 1) % WHEN_MINUTES) {
		w->minute[i / 8] |= (unsigned char)(1U << i % 8);
		if (i + 1 == until)
			break;
	}
	return true;
}

bool when_has_time(const struct when *w, int64_t local)
{
	const int64_t length = minute_micros * WHEN_MINUTES;
	int64_t of_day = (local % length + length) % length / minute_micros;

	return w->minute[of_day / 8] >> of_day % 8 & 1;
}

unsigned when_day(int64_t local)
{
	const int64_t length = minute_micros * WHEN_MINUTES;
	int64_t day = local / length - (local % length < 0);

	return (unsigned)((day % DAYS + DAYS + THURSDAY) % DAYS);
}
