/* SPDX-License-Identifier: ISC */
/* Points in time as people write them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"

enum { COUNT_MAX = 1000000, TEXT_MAX = 64, DATE_LEN = 10 };

static const int64_t second = 1000000, day = 86400 * INT64_C(1000000);

struct unit {
	const char *names; /* a blank between and at the ends */
	int64_t micros;    /* 0: months, so many as there are in months */
	int months;
};

static const struct unit units[] = {
    {" s sec secs second seconds ", 1000000, 0},
    {" m min mins minute minutes ", INT64_C(60000000), 0},
    {" h hr hrs hour hours ", INT64_C(3600000000), 0},
    {" d day days ", 86400 * INT64_C(1000000), 0},
    {" w week weeks ", 7 * 86400 * INT64_C(1000000), 0},
    {" M mo month months ", 0, 1},
    {" y yr year years ", 0, 12},
};

static const struct unit *unit_of(struct span name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		const char *p = units[i].names;

		while ((p = strchr(p, ' ')) != NULL && *++p) {
			if (strncmp(p, name.p, name.n) == 0 &&
			    p[name.n] == ' ')
				return &units[i];
		}
	}
	return NULL;
}

/* The same day and time so many months before, or the last day there is. */
static bool months_before(int64_t now, long months, int64_t *micros)
{
	char text[STAMP_LEN + 1] = "";
	int month, year;
	long all;

	stamp_write(text, now);
	year = atoi(text);
	month = atoi(text + 5);
	all = year * 12L + month - 1 - months;
	if (all < 0)
		return false;
	text[0] = (char)('0' + all / 12000 % 10);
	text[1] = (char)('0' + all / 1200 % 10);
	text[2] = (char)('0' + all / 120 % 10);
	text[3] = (char)('0' + all / 12 % 10);
	text[5] = (char)('0' + (all % 12 + 1) / 10);
	text[6] = (char)('0' + (all % 12 + 1) % 10);
	while (!stamp_rfc3339(text, micros)) {
		/* No such day: the 31st is tried as the 30th, and so on. */
		if (text[9] == '0')
			text[8]--;
		text[9] = text[9] == '0' ? '9' : (char)(text[9] - 1);
	}
	return true;
}

/* -N and a unit, or N, a unit and "ago". */
static bool parse_span(const char *text, int64_t now, int64_t *micros)
{
	bool minus = *text == '-';
	const char *p = text + minus;
	const struct unit *unit;
	struct span name;
	char *rest;
	long n;

	if (*p < '0' || *p > '9')
		return false;
	n = strtol(p, &rest, 10);
	p = rest + (*rest == ' ');
	name = (struct span){p, strcspn(p, " ")};
	unit = name.n ? unit_of(name) : NULL;
	p += name.n;
	if (!unit || n > COUNT_MAX || strcmp(p, minus ? "" : " ago") != 0)
		return false;
	if (!unit->micros)
		return months_before(now, n * unit->months, micros);
	*micros = now - n * unit->micros;
	return true;
}

static bool parse_word(const char *text, int64_t now, int64_t *micros)
{
	static const struct {
		const char *word;
		int days;
	} words[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};
	int64_t of_day = now % day;

	if (strcmp(text, "now") == 0) {
		*micros = now;
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(text, words[i].word) != 0)
			continue;
		*micros = now - (of_day < 0 ? of_day + day : of_day) +
		    words[i].days * day;
		return true;
	}
	return false;
}

static bool parse_epoch(const char *text, int64_t *micros)
{
	char *end;
	long long n;

	if (*text != '@' || text[1] < '0' || text[1] > '9')
		return false;
	n = strtoll(text + 1, &end, 10);
	if (*end || n > 253402300799) /* the year 9999 */
		return false;
	*micros = n * second;
	return true;
}

static size_t alike(const char *text, const char *pattern)
{
	return span_alike(span_of(text), pattern);
}

/* Append a time of day and what is behind it, with all its parts. */
static void add_clock(struct buf *b, const char *p)
{
	size_t n = alike(p, "00:00:00");

	buf_add(b, p, n);
	p += n;
	if (n == 5)
		buf_adds(b, ":00");
	if (*p == '.') {
		n = 1 + strspn(p + 1, "0123456789");
		buf_add(b, p, n);
		p += n;
	}
	if (!*p)
		buf_addc(b, 'Z');
	buf_adds(b, p);
	/* An offset without its colon or its minutes. */
	if ((*p == '+' || *p == '-') && alike(p + 1, "0000") == 4 && !p[5])
		buf_splice(b, b->len - 2, 0, ":", 1);
	else if ((*p == '+' || *p == '-') && alike(p + 1, "00") == 2 && !p[3])
		buf_adds(b, ":00");
}

/* A date or a time, or both, with something left out. */
static bool parse_parts(const char *text, int64_t now, int64_t *micros)
{
	struct buf b = BUF_EMPTY;
	char today[STAMP_LEN];
	size_t date = alike(text, "0000-00-00");
	bool ok;

	if (date == 7 && !text[date]) {
		buf_adds(&b, text);
		buf_adds(&b, "-01");
	} else if (date == DATE_LEN && text[date] &&
	    strchr("Tt ", text[date])) {
		buf_add(&b, text, DATE_LEN + 1);
		add_clock(&b, text + DATE_LEN + 1);
	} else if (alike(text, "00:00") == 5) {
		stamp_write(today, now);
		buf_add(&b, today, DATE_LEN + 1);
		add_clock(&b, text);
	}
	ok = stamp_rfc3339(buf_str(&b), micros);
	buf_release(&b);
	return ok;
}

bool stamp_parse(const char *text, int64_t now, int64_t *micros)
{
	if (strlen(text) > TEXT_MAX)
		return false;
	return parse_word(text, now, micros) || parse_span(text, now, micros) ||
	    parse_epoch(text, micros) || stamp_rfc3339(text, micros) ||
	    parse_parts(text, now, micros);
}
