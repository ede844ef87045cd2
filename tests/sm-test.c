/* SPDX-License-Identifier: ISC */
/* What is remembered of a managed stream, whose counters wrap at 2^32. */
#include "sm.h"

#include <string.h>

#include "tap.h"

static struct sm_swap *swap(struct sm *m, size_t bytes)
{
	struct buf error = BUF_EMPTY;
	struct sm_swap *w;

	memset(buf_room(&error, bytes), 'x', bytes);
	error.len = bytes;
	w = sm_swap(m, &error);
	buf_release(&error);
	return w;
}

/* The ping went up, its answer came, and the error was written. */
static struct sm_swap *written(struct sm *m, size_t bytes)
{
	struct sm_swap *w = swap(m, bytes);

	if (w) {
		m->up++;
		m->down++;
		sm_answered(m, w);
	}
	return w;
}

static void test_count(void)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ",
	    "4294967296", "99999999999", "0x1", "1.0"};
	uint32_t h;

	OK(sm_count(span_of("0"), &h) && h == 0, "0 is a counter");
	OK(sm_count(span_of("4294967295"), &h) && h == UINT32_MAX,
	    "so is 2^32 - 1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!sm_count(span_of(bad[i]), &h), bad[i]);
}

static void test_wrap(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();

	m->up = UINT32_MAX;
	m->down = UINT32_MAX - 1;
	written(m, 10);
	written(m, 10);
	OK(m->up == 1 && m->down == 0 && m->count == 2, "counters wrap");
	sm_acked(m, UINT32_MAX - 1);
	OK(m->count == 2, "what was not acknowledged before that stays");
	sm_acked(m, UINT32_MAX);
	OK(m->count == 1, "the one before it goes");
	sm_acked(m, 0);
	OK(m->count == 0 && m->bytes == 0, "the one behind it too");
	written(m, 10);
	written(m, 10);
	/* The client has neither, the server only the first ping. */
	sm_resumed(m, 2, 0);
	OK(m->count == 1 && !m->swaps->answered && m->up == 2 && m->down == 0,
	    "resumed, it goes on where both are");
	sm_free(&store, m);
}

static void test_bounds(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *w;
	size_t n;

	for (n = 0; n < 1000; n++)
		written(m, 1000);
	OK(m->bytes > SM_SWAPS_KEPT / 2 && m->bytes <= SM_SWAPS_KEPT,
	    "of errors that were written, so much is kept");
	w = m->swaps;
	OK(w->down == 1000 - m->count + 1, "and the newest are");
	for (n = 0; swap(m, 1000); n++)
		continue;
	OK(n == SM_SWAPS_BYTES / 1024, "so many may wait for their answers");
	sm_acked(m, m->down);
	OK(m->count == n, "an <a/> does not end those");
	OK(!swap(m, SM_SWAPS_BYTES) && m->count == n, "then it is too many");
	sm_free(&store, m);
	m = sm_new();
	for (n = 0; swap(m, 1); n++)
		continue;
	OK(n == SM_SWAPS_MAX, "however small they are");
	sm_free(&store, m);
}

int main(void)
{
	test_count();
	test_wrap();
	test_bounds();
	return tap_done();
}
