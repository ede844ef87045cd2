/* SPDX-License-Identifier: ISC */
/* Points in time: writing, reading, and what people write. */
#include "base/stamp.h"

#include <string.h>

#include "tap.h"

/* 2026-11-22T21:33:38.123456Z */
#define SOME INT64_C(1795383218123456)
#define DAY (INT64_C(86400) * 1000000)

static void writes(int64_t micros, const char *want)
{
	char out[STAMP_LEN];
	int64_t back = -1;

	stamp_write(out, micros);
	SAME_SPAN(((struct span){out, STAMP_LEN}), want, "writes");
	OK(stamp_read(want, strlen(want), &back) && back == micros,
	    "  and reads it again");
}

static void test_write(void)
{
	writes(0, "1970-01-01T00:00:00.000000Z");
	writes(SOME, "2026-11-22T21:33:38.123456Z");
	writes(-1, "1969-12-31T23:59:59.999999Z");
	writes(INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z");
	writes(INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z");
	writes(INT64_C(-62167219200000000), "0000-01-01T00:00:00.000000Z");
}

static void test_read(void)
{
	static const char *const bad[] = {"", "2026-11-22",
	    "2026-11-22T21:33:38Z", "2026-11-22T21:33:38.12345Z",
	    "2026-11-22T21:33:38.1234567Z", "2026-11-22T21:33:38.123456z",
	    "2026-11-22t21:33:38.123456Z", "2026-11-22 21:33:38.123456Z",
	    "2026-11-22T21:33:38,123456Z", "2026-11-22T21:33:38.12345xZ",
	    "2026-13-22T21:33:38.123456Z", "2026-00-22T21:33:38.123456Z",
	    "2026-11-31T21:33:38.123456Z", "2026-02-29T21:33:38.123456Z",
	    "1900-02-29T21:33:38.123456Z", "2026-11-22T24:33:38.123456Z",
	    "2026-11-22T21:60:38.123456Z", "2026-11-22T21:33:61.123456Z",
	    "+026-11-22T21:33:38.123456Z", "2026-11-22T21:33:38.123456+"};
	int64_t micros;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!stamp_read(bad[i], strlen(bad[i]), &micros), bad[i]);
}

static void parses(const char *text, int64_t want)
{
	int64_t micros = 0;

	if (!OK(stamp_parse(text, SOME, &micros) && micros == want, text))
		printf("# got: %lld\n", (long long)micros);
}

static void test_parse(void)
{
	parses("2026-11-22T21:33:38.123456Z", SOME);
	parses("2026-11-22 21:33:38.123456z", SOME);
	parses("2026-11-22T23:33:38.123456+02:00", SOME);
	parses("2026-11-22T16:03:38.123456-05:30", SOME);
	parses("2026-11-23T01:33:38.123456+04:00", SOME);
	parses("2026-11-22T21:33:38Z", SOME - 123456);
	parses("2026-11-22T21:33:38.1234567891Z", SOME);
	parses("2026-11-22", INT64_C(1795305600000000));
	parses("-0s", SOME);
	parses("-90s", SOME - 90 * INT64_C(1000000));
	parses("-15m", SOME - 15 * 60 * INT64_C(1000000));
	parses("-12h", SOME - DAY / 2);
	parses("-1d", SOME - DAY);
	parses("-2w", SOME - 14 * DAY);
	parses("-2days", SOME - 2 * DAY);
	parses("3 hours ago", SOME - DAY / 8);
	parses("1d ago", SOME - DAY);
	parses("now", SOME);
	parses("today", INT64_C(1795305600000000));
	parses("yesterday", INT64_C(1795305600000000) - DAY);
	parses("tomorrow", INT64_C(1795305600000000) + DAY);
	parses("@1795383218", SOME - 123456);
	parses("2026-11-22T21:33:38", SOME - 123456);
	parses("2026-11-22 21:33:38.123456", SOME);
	parses("2026-11-22T21:33", SOME - 38123456);
	parses("2026-11-22T23:33+02:00", SOME - 38123456);
	parses("2026-11-22T23:33:38+0200", SOME - 123456);
	parses("2026-11-22T23:33:38+02", SOME - 123456);
	parses("21:33", SOME - 38123456);
	parses("21:33:38Z", SOME - 123456);
	parses("2026-11", INT64_C(1795305600000000) - 21 * DAY);
	parses("-1M", SOME - 31 * DAY);
	parses("-12 months", SOME - 365 * DAY);
	parses("-1y", SOME - 365 * DAY);
	parses("-9M", SOME - 273 * DAY);
}

/* The 31st of March, a month earlier. */
static void test_short_month(void)
{
	int64_t now, micros, want;

	stamp_rfc3339("2028-03-31T01:02:03Z", &now);
	stamp_rfc3339("2028-02-29T01:02:03Z", &want);
	OK(stamp_parse("-1M", now, &micros) && micros == want,
	    "a month before is the last day there is");
	stamp_rfc3339("2027-02-28T01:02:03Z", &want);
	stamp_rfc3339("2028-02-29T01:02:03Z", &now);
	OK(stamp_parse("-1y", now, &micros) && micros == want,
	    "so is a year before");
}

static void test_parse_bad(void)
{
	static const char *const bad[] = {"", "-", "-1", "-1x", "-d", "--1d",
	    "- 1d", "-1dd", "-1000001d", "-99999999999999999999d", "Now",
	    "2026", "2026-13", "2026-11-22T", "2026-11-22T21", "1d", "ago",
	    "d ago", "-1d ago", "@", "@-1", "@1x", "@99999999999999", "21:3",
	    "24:00", "2026-11-22T21:33:", "-30000y", "2026-11-22T21:33:38.Z",
	    "2026-11-22T21:33:38Zx", "2026-11-22T21:33:38+2:00",
	    "2026-11-22T21:33:38+24:00", "2026-11-22x", "2026-11-22Z"};
	int64_t micros;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!stamp_parse(bad[i], SOME, &micros), bad[i]);
}

int main(void)
{
	test_write();
	test_read();
	test_parse();
	test_short_month();
	test_parse_bad();
	OK(stamp_now() > SOME - 365 * DAY, "now is after this was written");
	return tap_done();
}
