/* SPDX-License-Identifier: ISC */
/* gen-records COUNT [SEED [RATE]]: that many undecided records, 400 bytes in
 * the mean, the same for the same seed; RATE of them a second at most. */
#define _DEFAULT_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "io/out.h"

enum { SECOND = 1000000000, BODY_SHORT = 60, BODY_SPREAD = 200 };

/* SplitMix64. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void add_record(struct buf *b, uint64_t seed, uint64_t n,
    uint64_t *state)
{
	static const char text[] =
	    "the numbers for the client deck are ready and will be sent to "
	    "the review before lunch on monday with the draft contract that "
	    "was signed for the budget of next month and the invoice of the "
	    "meeting that was moved to room three after ten in the morning "
	    "because the server upgrade is tonight between eight and nine";
	char head[400];
	uint64_t r = draw(state);
	int len = snprintf(head, sizeof(head),
	    "019aac21-%04x-7000-8000-%012" PRIx64
	    "\t2026-11-22T21:33:38.%06uZ\tnode1\ts%u\tsend\t-\t-\t-\t"
	    "<message xmlns=\"jabber:client\" from=\"user%u@acme.example/pc\" "
	    "to=\"user%u@acme.example\" id=\"m%" PRIu64
	    "\" type=\"chat\"><body>",
	    (unsigned)(seed & 0xffff), n, (unsigned)(n % 1000000),
	    (unsigned)(r % 500), (unsigned)(r % 500),
	    (unsigned)(r >> 20 & 511), n);

	buf_add(b, head, (size_t)len);
	buf_add(b, text, BODY_SHORT + (r >> 40) % BODY_SPREAD);
	buf_adds(b, "</body></message>\t-\n");
}

static void wait_until(const struct timespec *start, uint64_t ns)
{
	struct timespec at = {start->tv_sec + (time_t)(ns / SECOND),
	    start->tv_nsec + (long)(ns % SECOND)};

	at.tv_sec += at.tv_nsec / SECOND;
	at.tv_nsec %= SECOND;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	return i < argc ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	uint64_t count = number(argc, argv, 1, 0);
	uint64_t seed = number(argc, argv, 2, 1), state = seed;
	uint64_t rate = number(argc, argv, 3, 0);
	struct timespec start;
	bool ok = true;

	diag_init(argv[0]);
	out_pipe_size(STDOUT_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (uint64_t n = 0; ok && n < count; n++) {
		add_record(&out.buf, seed, n, &state);
		ok = rate ? out_flush(&out) : out_spill(&out);
		if (rate)
			wait_until(&start, (n + 1) * SECOND / rate);
	}
	if (!ok || !out_flush(&out))
		diag_die_errno(EX_IOERR, "cannot write");
	buf_release(&out.buf);
	return EX_OK;
}
