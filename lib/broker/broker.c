/* SPDX-License-Identifier: ISC */
/* Records from a descriptor, put to compliance servers, and on in order. */
#include "broker/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "io/async-out.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/post.h"
#include "io/ready.h"
#include "io/timer.h"

enum { SAY_EVERY = 10000 };

#define SAY(b, ...) (b)->config.say(__VA_ARGS__)

/* ---- out */

static void emit(void *arg, struct span line)
{
	struct broker *b = arg;

	/* Of a copy nothing is passed on. */
	if (!b->config.notify)
		async_out_add(b->out, line);
}

static void on_out_failed(void *arg, int error)
{
	broker_stop(arg, BROKER_OUT_FAILED, error);
}

/* ---- in */

/* Whoever sends a copy waits for nothing. */
static void lose(struct broker *b)
{
	int64_t now = timer_now();

	b->lost++;
	if (b->lost_said && now - b->lost_said < SAY_EVERY)
		return;
	b->lost_said = now;
	SAY(b, "no room for a copy: %" PRIu64 " were not sent", b->lost);
}

static void copy(struct broker *b, struct span line, const struct record *r)
{
	struct inquiry *q;

	async_out_add(b->out, (struct span){line.p, line.n + 1});
	if (broker_full(b)) {
		lose(b);
		return;
	}
	q = window_put(&b->window, INQUIRY_RECORD, line, r);
	if (q)
		broker_route(b, q);
}

static void bad(struct broker *b, const char *why)
{
	b->malformed++;
	SAY(b, "line %" PRIu64 ": %s", b->reader.number, why);
}

static void take_record(struct broker *b, const struct record *r)
{
	struct inquiry *q;

	if (r->verdict >= VERDICT_DELIVER) {
		bad(b, "has a verdict that only the gate gives");
		return;
	}
	if (b->config.notify) {
		copy(b, b->reader.line, r);
		return;
	}
	q = window_put(&b->window, INQUIRY_RECORD, b->reader.line, r);
	if (q)
		broker_route(b, q);
	else
		bad(b, "has the id of another record that is undecided");
}

static void take_comment(struct broker *b, struct span line)
{
	struct inquiry *q;

	if (b->config.notify) {
		async_out_add(b->out, (struct span){line.p, line.n + 1});
	} else if (span_starts(line, "# ping ")) {
		q = window_put(&b->window, INQUIRY_PING, line, NULL);
		broker_route(b, q);
	} else {
		q = window_put(&b->window, INQUIRY_COMMENT, line, NULL);
		broker_settle(b, q, (struct span){NULL, 0});
	}
}

/* How long what is left may still wait at the end of input: a turn for each
 * server, from the last answer on. */
static uint64_t patience(const struct broker *b)
{
	return b->config.answer_timeout * (b->judges + 1);
}

static void finish(struct broker *b)
{
	ready_want(b->in, false);
	b->ended = true;
	b->moved = timer_now();
	timer_in(b->end, b->window.count ? patience(b) : 0);
}

static void on_in(void *arg)
{
	struct broker *b = arg;
	struct record r;

	while (!b->over && !b->ended && !b->full) {
		switch (reader_next(&b->reader, &r)) {
		case READER_RECORD:
			take_record(b, &r);
			break;
		case READER_COMMENT:
			take_comment(b, b->reader.line);
			break;
		case READER_BAD:
			bad(b, b->reader.why);
			break;
		case READER_DRAINED:
			ready_want(b->in, true);
			return;
		case READER_END:
			finish(b);
			return;
		case READER_ERROR:
			broker_stop(b, BROKER_IN_FAILED, errno);
			return;
		}
		b->full = !b->config.notify && broker_full(b);
	}
	if (b->full)
		ready_want(b->in, false);
}

/* ---- the end */

/* What nobody has decided does not go on; it is asked again by who holds it. */
static void release_rest(struct broker *b)
{
	struct inquiry *q;

	while ((q = b->window.first)) {
		if (q->kind == INQUIRY_RECORD && b->config.notify)
			b->lost++;
		if (q->judge)
			judge_withdraw(q->judge, q);
		else
			inquiries_remove(&b->waiting, q);
		if (q->kind == INQUIRY_RECORD && !b->config.notify)
			broker_give_up(b, q, "no compliance server answered");
		else
			broker_settle(b, q, (struct span){NULL, 0});
	}
}

static void on_end(void *arg)
{
	struct broker *b = arg;
	int64_t left = (int64_t)patience(b) - (timer_now() - b->moved);

	if (b->leaving)
		return;
	if (b->window.count && left > 0) {
		timer_in(b->end, (uint64_t)left);
		return;
	}
	release_rest(b);
	broker_leave(b);
}

/* ---- life */

static const struct judge_owner owner = {
    .up = broker_up,
    .down = broker_down,
    .said = broker_answer,
    .ponged = broker_ponged,
    .refused = broker_again,
};

static const struct judge_kind *kind_of(const char *url)
{
	bool http = strncasecmp(url, "http://", 7) == 0 ||
	    strncasecmp(url, "https://", 8) == 0;

	return http ? &judge_http : &judge_line;
}

static bool init_judges(struct broker *b, struct buf *why)
{
	const char *bad_url;

	b->judge = mem_zalloc(b->config.count * sizeof(*b->judge));
	for (size_t i = 0; i < b->config.count; i++) {
		const char *url = b->config.urls[i];

		if (!judge_init(&b->judge[i], kind_of(url), &b->common, url,
			(unsigned)i, &bad_url)) {
			buf_addf(why, "address '%s': %s", url, bad_url);
			return false;
		}
		b->judges++;
	}
	return true;
}

struct broker *broker_new(const struct broker_config *config, struct buf *why,
    bool *misuse)
{
	struct broker *b = mem_zalloc(sizeof(*b));

	b->config = *config;
	b->common = (struct judge_common){
	    .owner = &owner, .arg = b, .config = &b->config,
	    .window = &b->window};
	*misuse = false;
	b->common.base = loop_new();
	b->common.loop = link_loop_new(b->common.base);
	reader_init(&b->reader, config->in);
	window_init(&b->window, emit, b);
	if (!init_judges(b, why)) {
		*misuse = true;
		broker_free(b);
		return NULL;
	}
	if (!broker_secure(b, why)) {
		broker_free(b);
		return NULL;
	}
	b->in = ready_new(b->common.base, config->in, false, on_in, b);
	b->out = async_out_new(
	    b->common.base, config->out, broker_drained, on_out_failed, b);
	b->end = timer_new(b->common.base, on_end, b);
	b->hangup =
	    timer_signal(b->common.base, SIGHUP, broker_secure_again, b);
	return b;
}

enum broker_result broker_run(struct broker *b, int *error)
{
	for (size_t i = 0; i < b->judges; i++)
		judge_start(&b->judge[i]);
	broker_tell_begin(b);
	if (!b->config.checked)
		ready_want(b->in, true);
	loop_run(b->common.base);
	*error = b->error;
	return b->result;
}

void broker_free(struct broker *b)
{
	if (!b)
		return;
	b->over = true;
	for (size_t i = 0; i < b->judges; i++)
		judge_release(&b->judge[i]);
	free(b->judge);
	posts_free(b->common.posts);
	async_out_free(b->out);
	ready_free(b->in);
	broker_tell_end(b);
	if (b->end) {
		timer_free(b->end);
		timer_free(b->hangup);
	}
	window_release(&b->window);
	reader_release(&b->reader);
	tls_context_free(b->common.tls);
	link_loop_free(b->common.loop);
	loop_free(b->common.base);
	same_stanza_release(&b->same);
	affinity_release(&b->affinity);
	reviews_release(&b->reviews);
	buf_release(&b->scratch);
	free(b);
}
