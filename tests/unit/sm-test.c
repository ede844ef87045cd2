/* SPDX-License-Identifier: ISC */
/* What is remembered of a managed stream, whose counters wrap at 2^32. */
#include "live/sm.h"

#include <string.h>

#include "tap.h"

static struct sm_swap *swap(struct sm *m, size_t bytes)
{
	struct buf error = BUF_EMPTY;
	struct sm_swap *w;

	memset(buf_room(&error, bytes), 'x', bytes);
	error.len = bytes;
	w = sm_swap(m, &error, 0);
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
	for (n = 0; (w = swap(m, 1)); n++)
		sm_early(m, w);
	OK(n == SM_SWAPS_MAX, "however little is kept of them");
	OK(sm_full(m), "long before, no more is taken");
	sm_free(&store, m);
}

/* Errors that were all written before their turn. */
static void test_many_early(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *w;
	size_t n;

	for (n = 0; n < SM_SWAPS_MAX && !sm_full(m); n++) {
		w = swap(m, 1000);
		m->up++;
		sm_early(m, w);
	}
	OK(n == SM_SWAPS_MAX / 2 + 1, "so many may be before their turn");
	OK(m->bytes <= SM_SWAPS_KEPT && m->count == n,
	    "each counts, but only the newest are kept whole");
	OK(sm_server_h(m, (uint32_t)n) == 0, "the client has none of the server's");
	/* It comes back, and has half of them. */
	sm_resumed(m, (uint32_t)n, (uint32_t)n / 2);
	OK(m->count == n, "the server answers all of them again");
	OK(m->swaps->answered && m->swaps->early, "of what it has");
	for (w = m->swaps; w; w = w->next)
		sm_placed(m, w);
	sm_acked(m, (uint32_t)n / 2);
	OK(m->count == n - n / 2, "once their turn has come they are gone");
	sm_free(&store, m);
}

/* One error in its turn, one before two stanzas that are held. */
static void test_early(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *early;
	uint32_t h;

	written(m, 10);
	sm_acked(m, 1);
	early = swap(m, 10);
	m->up++;
	sm_early(m, early);
	OK(m->down == 2 && sm_acked(m, 2) == 1,
	    "an error before its turn is not one of the server's");
	OK(m->count == 1, "and is kept until then");
	m->down++;
	OK(sm_acked(m, 3) == 2, "what is behind it is");
	OK(!sm_owes(m, &h), "the server knows all of that");
	m->down++;
	sm_placed(m, early);
	OK(sm_server_h(m, 3) == 2 && sm_server_h(m, 4) == 4,
	    "where its turn is, both have as many again");
	OK(!sm_owes(m, &h), "as soon as the client has all before");
	OK(sm_acked(m, 4) == 4 && m->count == 0, "then it is forgotten");

	early = swap(m, 10);
	m->up++;
	sm_early(m, early);
	sm_acked(m, 5);
	sm_placed(m, early);
	OK(sm_owes(m, &h) && h == 5 && !sm_owes(m, &h),
	    "the server is told once a turn comes that the client had");
	sm_free(&store, m);
}

static void test_early_resumed(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *had, *lost;

	had = swap(m, 10);
	m->up++;
	sm_early(m, had);
	lost = swap(m, 10);
	m->up++;
	sm_early(m, lost);
	OK(sm_server_h(m, 1) == 0, "resumed, the server is told of its own");
	sm_resumed(m, 2, 1);
	OK(had->early && had->answered && !lost->early && !lost->answered,
	    "an error that the client has is not written again");
	sm_early(m, lost);
	OK(m->down == 2 && sm_acked(m, 2) == 0, "the other is counted anew");
	sm_placed(m, had);
	sm_placed(m, lost);
	OK(sm_acked(m, 2) == 2 && m->count == 0, "both have their turn");
	sm_free(&store, m);
}

/* An error and a message behind it take the place of one answer. */
static void test_second(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *w;

	m->up = m->down = 1;
	w = swap(m, 10);
	w->rest = 5;
	m->up++;
	m->down++;
	sm_answered(m, w);
	m->down++;
	OK(m->down == 4, "both are counted for the client");
	OK(sm_server_h(m, 1) == 1, "who has neither has none of the answer");
	OK(sm_server_h(m, 2) == 1, "one of them is as good as none");
	OK(sm_server_h(m, 3) == 2, "both are one of the server's");
	OK(sm_server_h(m, 4) == 3, "and so it goes on");
	OK(sm_acked(m, 2) == 1 && m->count == 1, "half of it is kept");
	OK(sm_acked(m, 4) == 3 && m->count == 0, "all of it is forgotten");
	m->down++;
	OK(sm_acked(m, 5) == 4, "but not that there was one more");

	w = swap(m, 10);
	w->rest = 5;
	m->up++;
	sm_early(m, w);
	OK(sm_server_h(m, 6) == 4 && sm_server_h(m, 7) == 4,
	    "before their turn neither is one of the server's");
	m->down++;
	sm_placed(m, w);
	OK(sm_server_h(m, 7) == 4 && sm_server_h(m, 8) == 6,
	    "behind it, one");
	OK(sm_acked(m, 8) == 6 && m->count == 0, "all is known");
	OK(m->extra == 2, "two were more");
	sm_free(&store, m);
}

static void test_second_resumed(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *w = swap(m, 10);

	w->rest = 5;
	m->up++;
	m->down++;
	sm_answered(m, w);
	/* The client has the error only: the server answers again. */
	OK(sm_server_h(m, 1) == 0, "half of it is not told");
	sm_resumed(m, 1, 1);
	OK(!w->answered && m->extra == 1 && w->error.len == 5 && !w->rest,
	    "the other half is written then");
	sm_early(m, w);
	OK(m->down == 2 && sm_server_h(m, 2) == 0, "before the answer");
	sm_placed(m, w);
	OK(sm_acked(m, 2) == 1 && m->extra == 1, "which has its turn");
	sm_free(&store, m);
}

/* What the client is told of what the server has. */
static void test_told(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *first, *second;
	uint32_t h;

	m->up = 3;
	first = swap(m, 10);
	m->up = 6;
	second = swap(m, 10);
	m->up = 9;
	OK(sm_server_acked(m, 3, &h) && h == 3,
	    "what is before a refused one is told");
	OK(sm_server_acked(m, 8, &h) && h == 3,
	    "itself not before its error is");
	OK(!sm_server_acked(m, 10, &h), "more than was sent is a lie");
	OK(!sm_server_acked(m, 7, &h), "as is less than before");
	OK(!sm_tell(m, &h), "nor what is behind");
	sm_answered(m, first);
	OK(sm_tell(m, &h) && h == 6, "then it is, up to the next");
	sm_early(m, second);
	OK(sm_tell(m, &h) && h == 8 && !sm_tell(m, &h), "and then all");
	sm_free(&store, m);
}

static void test_refused(void)
{
	struct sm_store store = {.max = 1};
	struct sm *m = sm_new();
	struct sm_swap *w = swap(m, 10), *user = w;
	uint32_t h;

	w->user = &user;
	m->up = 5;
	sm_refused(m);
	OK(m->up == 0 && m->count == 1, "not managed, its errors are kept");
	m->up = 5;
	OK(sm_server_acked(m, 5, &h) && h == 5, "but nobody waits for them");
	sm_answered(m, w);
	OK(m->count == 0 && !user, "written, they are forgotten");
	w = swap(m, 10);
	w->user = &user;
	user = w;
	sm_free(&store, m);
	OK(!user, "who points to one is told that it goes");
}

int main(void)
{
	test_early();
	test_early_resumed();
	test_second();
	test_second_resumed();
	test_told();
	test_refused();
	test_count();
	test_wrap();
	test_bounds();
	test_many_early();
	return tap_done();
}
