/* SPDX-License-Identifier: ISC */
/* Points in time. */
#include "base/stamp.h"

#include <string.h>
#include <time.h>

enum { SECOND = 1000000, DAY_SECONDS = 86400 };

int64_t stamp_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar, counted in eras
 * of 400 years that begin in March. */
static int64_t days_from(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static void put(char *out, int width, int64_t value)
{
	while (width-- > 0) {
		out[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

void stamp_write(char out[STAMP_LEN], int64_t micros)
{
	int64_t seconds = micros / SECOND, fraction = micros % SECOND;
	struct tm tm;
	time_t t;

	if (fraction < 0) {
		fraction += SECOND;
		seconds--;
	}
	t = (time_t)seconds;
	gmtime_r(&t, &tm);
	memcpy(out, "0000-00-00T00:00:00.000000Z", STAMP_LEN);
	put(out, 4, tm.tm_year + 1900);
	put(out + 5, 2, tm.tm_mon + 1);
	put(out + 8, 2, tm.tm_mday);
	put(out + 11, 2, tm.tm_hour);
	put(out + 14, 2, tm.tm_min);
	put(out + 17, 2, tm.tm_sec);
	put(out + 20, 6, fraction);
}

/* Read width digits at *p; -1 if they are not there. */
static int digits(const char **p, const char *end, int width)
{
	int value = 0;

	if (end - *p < width)
		return -1;
	for (; width > 0; width--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool literal(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool read_date(const char **p, const char *end, int64_t *days)
{
	static const int length[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31};
	int year, month, day;
	bool leap;

	year = digits(p, end, 4);
	if (year < 0 || !literal(p, end, '-'))
		return false;
	month = digits(p, end, 2);
	if (month < 1 || month > 12 || !literal(p, end, '-'))
		return false;
	day = digits(p, end, 2);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (day < 1 || day > length[month - 1] ||
	    (month == 2 && day == 29 && !leap))
		return false;
	*days = days_from(year, month, day);
	return true;
}

static bool read_clock(const char **p, const char *end, int64_t *micros)
{
	int hour, minute, second;
	int64_t scale = SECOND / 10;

	hour = digits(p, end, 2);
	if (hour < 0 || hour > 23 || !literal(p, end, ':'))
		return false;
	minute = digits(p, end, 2);
	if (minute < 0 || minute > 59 || !literal(p, end, ':'))
		return false;
	second = digits(p, end, 2);
	if (second < 0 || second > 60) /* 60: a leap second */
		return false;
	*micros = ((int64_t)hour * 3600 + minute * 60 + second) * SECOND;
	if (!literal(p, end, '.'))
		return true;
	if (*p == end || **p < '0' || **p > '9')
		return false;
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*micros += (**p - '0') * scale;
	return true;
}

static bool read_offset(const char **p, const char *end, int64_t *micros)
{
	int hour, minute, sign;

	if (literal(p, end, 'Z') || literal(p, end, 'z'))
		return true;
	if (literal(p, end, '+'))
		sign = 1;
	else if (literal(p, end, '-'))
		sign = -1;
	else
		return false;
	hour = digits(p, end, 2);
	if (hour < 0 || hour > 23 || !literal(p, end, ':'))
		return false;
	minute = digits(p, end, 2);
	if (minute < 0 || minute > 59)
		return false;
	*micros -= sign * ((int64_t)hour * 3600 + minute * 60) * SECOND;
	return true;
}

bool stamp_read(const char *p, size_t len, int64_t *micros)
{
	const char *end = p + len;
	int64_t days, clock;

	if (len != STAMP_LEN || p[19] != '.' || p[10] != 'T' || end[-1] != 'Z')
		return false;
	if (!read_date(&p, end, &days))
		return false;
	p++;
	if (!read_clock(&p, end, &clock) || p != end - 1)
		return false;
	*micros = days * DAY_SECONDS * SECOND + clock;
	return true;
}

bool stamp_rfc3339(const char *text, int64_t *micros)
{
	const char *p = text, *end = text + strlen(text);
	int64_t days, clock;

	if (!read_date(&p, end, &days))
		return false;
	*micros = days * DAY_SECONDS * SECOND;
	if (p == end)
		return true;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	if (!read_clock(&p, end, &clock))
		return false;
	*micros += clock;
	return read_offset(&p, end, micros) && p == end;
}
