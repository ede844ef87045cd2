/* SPDX-License-Identifier: ISC */
/* Whether a compliance server lives and answers in time. */
#include "broker/judge.h"
#include "io/timer.h"

/* Milliseconds until the next look, or -1: it failed. */
static int64_t check_life(struct judge *j, int64_t now)
{
	int64_t interval = (int64_t)j->common->config->ping_interval;
	int64_t since = j->heard;

	if (!j->pinged && now - j->heard < interval)
		return interval - (now - j->heard);
	if (!j->pinged) {
		judge_ping(j);
		return interval;
	}
	if (j->ping_at > since)
		since = j->ping_at;
	if (now - since < interval)
		return interval - (now - since);
	judge_failed(j, 0, "it is silent");
	return -1;
}

/* The oldest question: one that others have overtaken was dropped on the way;
 * else it is the server that does nothing. */
static int64_t check_answers(struct judge *j, int64_t now)
{
	int64_t timeout = (int64_t)j->common->config->answer_timeout;
	struct inquiry *q;

	while ((q = j->asked.first) && now - q->asked_at >= timeout) {
		int64_t since = j->answered_at > q->asked_at ? j->answered_at
							     : q->asked_at;

		if (q->number < j->overtaken) {
			judge_refused(j, q, "has not answered");
			if (j->state != JUDGE_UP)
				return -1;
			continue;
		}
		if (now - since < timeout)
			return timeout - (now - since);
		judge_failed(j, 0, "no answer in time");
		return -1;
	}
	return q ? timeout - (now - q->asked_at) : timeout / 4 + 1;
}

static void watch(void *arg)
{
	struct judge *j = arg;
	int64_t now = timer_now(), life, answers;

	if (j->finishing || j->state == JUDGE_DOWN) {
		if (j->finishing)
			judge_failed(j, 0, "it does not end");
		else
			judge_connect(j);
		return;
	}
	if (j->state == JUDGE_STARTING) {
		judge_failed(j, 0, j->opened ? "it does not send back '# ping'"
			": a stage buffers or drops lines that begin with '#'"
			: "it cannot be reached in time");
		return;
	}
	life = check_life(j, now);
	if (life < 0)
		return;
	answers = check_answers(j, now);
	if (answers < 0)
		return;
	timer_in(j->timer, (uint64_t)(life < answers ? life : answers));
}

void judge_start(struct judge *j)
{
	j->timer = timer_new(j->common->base, watch, j);
	timer_in(j->timer, 0);
}
