/* SPDX-License-Identifier: ISC */
/* How often something comes, against a model that remembers everything. */
#include "policy/rate.h"

#include <stdlib.h>

#include "tap.h"

enum { HITS = 20000, NAMES = 7, WINDOW = 1000 };

static int hit(struct rate *r, const char *key, int64_t now)
{
	return rate_hit(r, span_of(key), now);
}

/* What rate_hit should say of the last of n hits at these times. */
static int model(const int64_t *time, size_t n, uint64_t count)
{
	uint64_t in = 0;

	for (size_t i = 0; i < n; i++)
		in += time[n - 1] - time[i] < WINDOW;
	return in > count;
}

static bool agrees(uint64_t count)
{
	static int64_t time[NAMES][HITS];
	static const char *const name[NAMES] = {
	    "a", "b", "c", "d", "e", "f", "g"};
	size_t n[NAMES] = {0};
	struct rate *r = rate_new(count, WINDOW);
	int64_t now = 0;
	bool good = true;

	for (size_t i = 0; i < HITS && good; i++) {
		size_t k = (size_t)rand() % NAMES;

		now += rand() % 60;
		time[k][n[k]++] = now;
		good = hit(r, name[k], now) == model(time[k], n[k], count);
	}
	rate_free(r);
	return good;
}

static void test_full(void)
{
	struct rate *r = rate_new(3, WINDOW);
	char key[16];
	bool good = true;

	for (int i = 0; i < RATE_KEYS; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		good = good && hit(r, key, 0) == 0;
	}
	OK(good, "so many keys are remembered");
	OK(hit(r, "more", WINDOW - 1) == -1, "one more cannot be");
	OK(hit(r, "k7", WINDOW - 1) == 0, "who is known still is");
	OK(hit(r, "more", WINDOW) == 0, "who is out of the window makes room");
	for (int i = 0; i < 3; i++)
		(void)hit(r, "k7", WINDOW);
	OK(hit(r, "k7", WINDOW) == 1, "and nobody else");
	rate_free(r);
}

static void test_times(void)
{
	struct rate *r = rate_new(RATE_COUNT_MAX, WINDOW);
	char key[16];
	int result = 0;
	int i, k;

	for (i = 0; i < 1000 && result == 0; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		for (k = 0; k < RATE_COUNT_MAX && result == 0; k++)
			result = hit(r, key, 0);
	}
	OK(result == -1, "times are bounded, of all keys together");
	OK((int64_t)i * RATE_COUNT_MAX > RATE_TIMES / 2, "but not before half");
	rate_free(r);
}

static void test_back(void)
{
	const int64_t hour = RATE_BACK * INT64_C(1000000);
	struct rate *r = rate_new(1, WINDOW);

	OK(hit(r, "a", 2 * hour) == 0 && hit(r, "a", 2 * hour - 5) == 1,
	    "a little back is the same time");
	OK(hit(r, "a", 0) == 0 && hit(r, "a", 1) == 1,
	    "far back begins anew");
	rate_free(r);
}

int main(void)
{
	OK(agrees(1), "one in the window");
	OK(agrees(3), "three");
	OK(agrees(5), "five, a ring that is not full grown");
	OK(agrees(100), "more than there are");
	test_full();
	test_times();
	test_back();
	return tap_done();
}
