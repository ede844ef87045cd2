/* SPDX-License-Identifier: ISC */
/* Times as exports have them. */
#include "export/times.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "base/zone.h"

static const int64_t day_micros = INT64_C(86400) * 1000000;

struct times {
	struct zone *zone;
};

struct times *times_new(struct span name)
{
	struct zone *z = zone_new(name);
	struct times *t;

	if (!z)
		return NULL;
	t = mem_zalloc(sizeof(*t));
	t->zone = z;
	return t;
}

void times_free(struct times *t)
{
	if (!t)
		return;
	zone_free(t->zone);
	free(t);
}

const char *times_zone(const struct times *t)
{
	return zone_name(t->zone);
}

int64_t times_local(struct times *t, int64_t micros)
{
	return zone_local(t->zone, micros);
}

static int64_t day_of(int64_t local)
{
	return local / day_micros - (local % day_micros < 0);
}

int64_t times_day(struct times *t, int64_t micros)
{
	return day_of(times_local(t, micros));
}

void times_date(struct buf *b, int64_t day)
{
	char stamp[STAMP_LEN];

	stamp_write(stamp, day * day_micros);
	buf_add(b, stamp, 10);
}

static void add_offset(struct buf *b, int64_t seconds, const char *between)
{
	int64_t minutes = (seconds < 0 ? -seconds : seconds) / 60;

	buf_addf(b, "%c%02d%s%02d", seconds < 0 ? '-' : '+',
	    (int)(minutes / 60), between, (int)(minutes % 60));
}

void times_mail(struct times *t, struct buf *b, int64_t micros)
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t local = times_local(t, micros), week = day_of(local) % 7;
	char s[STAMP_LEN];

	stamp_write(s, local);
	buf_addf(b, "%s, %.2s %s %.4s %.8s ", days[week < 0 ? week + 7 : week],
	    s + 8, months[(10 * (s[5] - '0') + s[6] - '0' - 1) % 12], s,
	    s + 11);
	add_offset(b, (local - micros) / 1000000, "");
}

void times_full(struct times *t, struct buf *b, int64_t micros)
{
	int64_t local = times_local(t, micros);
	char s[STAMP_LEN];

	stamp_write(s, local);
	buf_add(b, s, STAMP_LEN - 1);
	add_offset(b, (local - micros) / 1000000, ":");
}

void times_clock(struct times *t, struct buf *b, int64_t micros)
{
	char s[STAMP_LEN];

	stamp_write(s, times_local(t, micros));
	buf_add(b, s + 11, 8);
}

void times_short(struct times *t, struct buf *b, int64_t micros)
{
	times_date(b, times_day(t, micros));
	buf_addc(b, ' ');
	times_clock(t, b, micros);
}
