/* SPDX-License-Identifier: ISC */
/* How long records are kept: by the calendar, and the longest that is said. */
#include "prune/keeps.h"

#include <string.h>

#include "tap.h"

/* What a duration reaches back to from that time on; NULL: it is refused. */
static void reaches(const char *from, const char *duration, const char *want)
{
	struct keeps k = {NULL, 0};
	int64_t now, before;
	const char *why;

	if (!stamp_rfc3339(from, &now))
		return;
	why = keeps_add(&k, duration, now);
	if (!want)
		OK(why, duration);
	else if (OK(!why, duration))
		SAME_SPAN(((struct span){k.keep[0].cutoff, STAMP_LEN}), want,
		    "  reaches back to then");
	if (!why)
		OK(stamp_read(k.keep[0].cutoff, STAMP_LEN, &before) &&
			before == k.keep[0].before,
		    "  and so in microseconds");
	keeps_release(&k);
}

static void test_calendar(void)
{
	static const char leap[] = "2028-02-29T12:00:00Z",
			  last[] = "2026-05-31T23:59:59.5Z",
			  march[] = "2027-03-01T00:00:00Z";

	reaches(leap, "1y", "2027-02-28T12:00:00.000000Z");
	reaches(leap, "4y", "2024-02-29T12:00:00.000000Z");
	reaches(leap, "28y", "2000-02-29T12:00:00.000000Z");
	reaches(leap, "128y", "1900-02-28T12:00:00.000000Z");
	reaches(leap, "18M", "2026-08-29T12:00:00.000000Z");
	reaches(leap, "365d", "2027-03-01T12:00:00.000000Z");
	reaches(leap, "52w", "2027-03-02T12:00:00.000000Z");
	reaches(last, "1M", "2026-04-30T23:59:59.500000Z");
	reaches(last, "3M", "2026-02-28T23:59:59.500000Z");
	reaches(last, "12M", "2025-05-31T23:59:59.500000Z");
	reaches(march, "1d", "2027-02-28T00:00:00.000000Z");
	reaches(march, "90d", "2026-12-01T00:00:00.000000Z");
	reaches(march, "1s", "2027-02-28T23:59:59.000000Z");
	reaches(march, "25h", "2027-02-27T23:00:00.000000Z");
	/* A zone is only how it is written. */
	reaches("2027-03-01T00:30:00+02:00", "1d",
	    "2027-02-27T22:30:00.000000Z");
}

static void test_refused(void)
{
	static const char *const bad[] = {"", "7", "y", "0y", "07y", "-7y",
	    "+7y", " 7y", "7y ", "7 y", "7Y", "7years", "7y1d", "1e3d", "1.5y",
	    "7D", "18m", "1m", "99999999999y", "2028y1", "999999d", "2100y",
	    "1000000w", "1000001d"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		reaches("2026-11-22T00:00:00Z", bad[i], NULL);
}

static const char line[] =
    "019aac21-0000-7000-8000-000000000001\t2026-11-22T21:33:38.000001Z\tnode1\t"
    "s1\tsend\tpass\tmnpi@0a; wall@0b: words\t-\t<message "
    "xmlns=\"jabber:client\" from=\"Alice@ACME.example/pc\" "
    "to=\"bob@acme.example\"><body>x</body></message>\t-";

/* Which of several it is that counts for the record. */
static void counts(const char *const *values, const char *want)
{
	struct keeps k = {NULL, 0};
	const struct keep *keep;
	struct record r;
	int64_t now = 0;

	(void)stamp_rfc3339("2026-11-22", &now);
	for (; *values; values++) {
		const char *why = strchr(*values, '=')
		    ? keeps_add_for(&k, *values, now)
		    : keeps_add(&k, *values, now);

		OK(!why, *values);
	}
	OK(!record_parse(&r, line, strlen(line)), "the record is one");
	keep = keeps_of(&k, &r);
	SAME(keep ? keep->text : NULL, want, "  that is what counts");
	keeps_release(&k);
}

static void test_longest(void)
{
	counts((const char *const[]){NULL}, NULL);
	counts((const char *const[]){"7y", NULL}, "7y");
	counts((const char *const[]){"7y", "rule:mnpi=10y", NULL},
	    "rule:mnpi=10y");
	/* Shorter than what is for everybody, too. */
	counts((const char *const[]){"rule:wall=1y", "7y", NULL},
	    "rule:wall=1y");
	counts((const char *const[]){"7y", "rule:wall=1y", "rule:mnpi@0a=2y",
		   "node:node1=23M", NULL},
	    "rule:mnpi@0a=2y");
	counts((const char *const[]){"7y", "rule:wal=1y", "node:node2=1y",
		   "jid:carol@acme.example=1y", NULL},
	    "7y");
	counts((const char *const[]){"jid:alice@acme.example=30d", NULL},
	    "jid:alice@acme.example=30d");
	counts((const char *const[]){"jid:acme.example=30d",
		   "jid:bob@acme.example/pc=90d", NULL},
	    "jid:acme.example=30d");
	/* The last = is what parts them. */
	counts((const char *const[]){"jid:a=b@acme.example=30d", "1y", NULL},
	    "1y");
}

int main(void)
{
	test_calendar();
	test_refused();
	test_longest();
	return tap_done();
}
