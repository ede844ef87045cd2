/* SPDX-License-Identifier: ISC */
/* Times as logs write them. */
#include "base/moment.h"

#include <string.h>

#include "base/pick.h"

enum {
	SECOND = 1000000,
	FAR = 120, /* bytes of a line in which its time may begin */
};

/* Digits behind a point or comma, as microseconds. */
static int64_t fraction(struct pick *c)
{
	int64_t micros = 0, scale = SECOND / 10;

	if (c->end - c->p < 2 || !strchr(".,", *c->p) || !pick_digit(c->p[1]))
		return 0;
	for (c->p++; c->p < c->end && pick_digit(*c->p); c->p++, scale /= 10)
		micros += (*c->p - '0') * scale;
	return micros;
}

static int month_name(struct pick *c)
{
	static const char *const names[] = {"jan", "feb", "mar", "apr", "may",
	    "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

	return pick_words(c, names, 12);
}

/* A time of the day; consoles have it without seconds, or in halves. */
static bool clock_time(struct pick *c, struct moment *m)
{
	int64_t hour = pick_number(c, 1, 2), minute, second;

	if (hour < 0 || hour > 23 || !pick_char(c, ':'))
		return false;
	minute = pick_number(c, 2, 2);
	if (minute < 0 || minute > 59 || !pick_char(c, ':'))
		return false;
	second = pick_number(c, 2, 2);
	if (second < 0 || second > 60)
		return false;
	m->micros = (hour * 3600 + minute * 60 + second) * SECOND + fraction(c);
	if (hour < 13 && (pick_word(c, " am") || pick_word(c, " pm"))) {
		bool late = (c->p[-2] | 0x20) == 'p';

		m->micros += (late - (hour == 12)) * (int64_t)12 * 3600 *
		    SECOND;
	}
	return c->p == c->end || (!pick_digit(*c->p) && *c->p != ':');
}

/* The zone, where there is one; a blank may be before it. */
static void zone(struct pick *c, struct moment *m)
{
	static const char *const utc[] = {"utc", "gmt", "z"};
	struct pick at = *c;
	int64_t hour, minute;
	int sign;

	(void)pick_char(&at, ' ');
	if (pick_words(&at, utc, 3)) {
		m->zoned = at.p == at.end || !strchr("+-", *at.p);
		if (m->zoned)
			*c = at;
		return;
	}
	if (at.p == at.end || (*at.p != '+' && *at.p != '-'))
		return;
	sign = *at.p++ == '+' ? 1 : -1;
	hour = pick_number(&at, 2, 4);
	if (hour < 0)
		return;
	if (at.p < at.end && *at.p == ':' && hour < 24) {
		at.p++;
		minute = pick_number(&at, 2, 2);
	} else {
		minute = hour % 100;
		hour /= 100;
	}
	if (hour > 23 || minute < 0 || minute > 59)
		return;
	m->zoned = true;
	m->offset = sign * (int)(hour * 3600 + minute * 60);
	*c = at;
}

static bool date_valid(const struct moment *m)
{
	static const int length[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31};

	return m->month >= 1 && m->month <= 12 && m->day >= 1 &&
	    m->day <= length[m->month - 1];
}

/* 2026-10-07T04:09:48, also with slashes, and XEP-0091's. */
static bool iso(struct pick *c, struct moment *m)
{
	struct pick at = *c;
	char between;

	if (pick_number(&at, 4, 4) < 0 || at.p == at.end) {
		at = *c;
		if (at.end - at.p < 9 || at.p[8] != 'T')
			return false;
		m->year =
		    (int)pick_number(&(struct pick){at.p, at.p + 4}, 4, 4);
		m->month =
		    (int)pick_number(&(struct pick){at.p + 4, at.p + 6}, 2, 2);
		m->day =
		    (int)pick_number(&(struct pick){at.p + 6, at.p + 8}, 2, 2);
		at.p += 8;
	} else {
		between = *at.p;
		m->year = (int)pick_number(&(struct pick){c->p, at.p}, 4, 4);
		if (!pick_any(&at, "-/."))
			return false;
		m->month = (int)pick_number(&at, 2, 2);
		if (!pick_char(&at, between))
			return false;
		m->day = (int)pick_number(&at, 2, 2);
	}
	if (m->year < 0 || !date_valid(m) || !pick_any(&at, "T t_") ||
	    !clock_time(&at, m))
		return false;
	zone(&at, m);
	*c = at;
	return true;
}

/* Oct 07 04:09:48, Oct 7 2026 04:09:48, Wed Oct  7 04:09:48 2026. */
static bool syslog_time(struct pick *c, struct moment *m)
{
	static const char *const days[] = {"mon ", "tue ", "wed ", "thu ",
	    "fri ", "sat ", "sun "};
	struct pick at = *c, year;

	(void)pick_words(&at, days, 7);
	m->month = month_name(&at);
	if (!m->month || !pick_char(&at, ' '))
		return false;
	(void)pick_char(&at, ' ');
	m->day = (int)pick_number(&at, 1, 2);
	m->year = -1;
	if (!date_valid(m))
		return false;
	(void)pick_char(&at, ',');
	if (!pick_char(&at, ' '))
		return false;
	year = at;
	m->year = (int)pick_number(&year, 4, 4);
	if (m->year >= 0 && pick_char(&year, ' '))
		at = year;
	else
		m->year = -1;
	if (!clock_time(&at, m))
		return false;
	zone(&at, m);
	year = at;
	if (m->year < 0 && pick_char(&year, ' ')) {
		m->year = (int)pick_number(&year, 4, 4);
		if (m->year >= 0 && (year.p == year.end ||
			!strchr(".,:", *year.p)))
			at = year;
		else
			m->year = -1;
	}
	*c = at;
	return true;
}

/* 07/Oct/2026:04:09:48 +0200 */
static bool access_time(struct pick *c, struct moment *m)
{
	struct pick at = *c;

	m->day = (int)pick_number(&at, 1, 2);
	if (!pick_any(&at, "/-"))
		return false;
	m->month = month_name(&at);
	if (!pick_any(&at, "/-"))
		return false;
	m->year = (int)pick_number(&at, 4, 4);
	if (m->year < 0 || !date_valid(m) || !pick_any(&at, ": ") ||
	    !clock_time(&at, m))
		return false;
	zone(&at, m);
	*c = at;
	return true;
}

/* 10-07 04:09:48.123, of Android's log. */
static bool month_day(struct pick *c, struct moment *m)
{
	struct pick at = *c;

	m->year = -1;
	m->month = (int)pick_number(&at, 2, 2);
	if (!pick_char(&at, '-'))
		return false;
	m->day = (int)pick_number(&at, 2, 2);
	if (!date_valid(m) || !pick_char(&at, ' ') || !clock_time(&at, m))
		return false;
	*c = at;
	return true;
}

/* Seconds since 1970 with ten digits, milliseconds with thirteen. */
static bool epoch(struct pick *c, struct moment *m)
{
	struct pick at = *c;
	int64_t n = pick_number(&at, 10, 13);
	ptrdiff_t digits = at.p - c->p;

	if (n < 0 || (digits != 10 && digits != 13))
		return false;
	m->micros = digits == 10 ? n * SECOND + fraction(&at) : n * 1000;
	if (at.p < at.end && !strchr(" \t])>:|,;", *at.p))
		return false;
	m->absolute = true;
	*c = at;
	return true;
}

static bool day_time(struct pick *c, struct moment *m)
{
	struct pick at = *c;

	m->year = -1;
	if (!clock_time(&at, m))
		return false;
	*c = at;
	return true;
}

static bool at_pick(struct pick *c, struct moment *m)
{
	static bool (*const forms[])(struct pick *, struct moment *) = {iso,
	    syslog_time, access_time, month_day, epoch, day_time};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		*m = (struct moment){.year = -1};
		if (forms[i](c, m)) {
			m->dated = !m->absolute && forms[i] != day_time;
			return true;
		}
	}
	return false;
}

bool moment_find(struct moment *m, struct span text, size_t *end)
{
	struct pick c = {text.p, text.p + text.n};
	size_t far = text.n < FAR ? text.n : FAR;

	for (size_t i = 0; i < far; i++) {
		bool begins = i == 0 || strchr(" \t[(<>@{|\"", text.p[i - 1]);
		char lower = (char)(text.p[i] | 0x20);

		if (!begins || !(pick_digit(text.p[i]) ||
				   (lower >= 'a' && lower <= 'w')))
			continue;
		c.p = text.p + i;
		if (at_pick(&c, m)) {
			*end = (size_t)(c.p - text.p);
			return true;
		}
	}
	return false;
}

bool moment_read(struct moment *m, struct span text)
{
	struct pick c = {text.p, text.p + text.n};

	return text.n && at_pick(&c, m) && c.p == c.end;
}

bool moment_zone(struct moment_sense *s, struct span text)
{
	struct pick c = {text.p, text.p + text.n};
	struct moment m = {0};

	s->local = span_is(text, "local");
	s->offset = 0;
	if (s->local)
		return true;
	zone(&c, &m);
	s->offset = m.offset;
	return m.zoned && c.p == c.end && text.n && *text.p != ' ';
}
