/* SPDX-License-Identifier: ISC */
/* A compliance server as cup-broker sees it. */
#include "broker/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/stamp.h"
#include "base/uuid.h"
#include "broker/affinity.h"
#include "io/timer.h"

enum {
	FAULTS_MAX = 8,	    /* of one connection */
	RETRY_MOST = 4000,  /* all milliseconds: traffic waits */
	SAY_EVERY = 10000,
	SAY_MOST = 20,	    /* lines in that time */
	SAY_TEXT = 512,
};

/* ---- what is said */

void judge_say(struct judge *j, const char *format, ...)
{
	int64_t now = timer_now();
	char text[SAY_TEXT];
	va_list ap;

	if (now - j->say_at >= SAY_EVERY) {
		if (j->said > SAY_MOST)
			j->common->config->say("%s: and %u lines more", j->url,
			    j->said - SAY_MOST);
		j->said = 0;
		j->say_at = now;
	}
	if (j->said++ >= SAY_MOST)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	j->common->config->say("%s: %s", j->url, text);
}

/* ---- up and down */

/* What it was asked, then what it would have been. */
static void take_back(struct judge *j, struct inquiries *all)
{
	struct inquiry *q;

	while ((q = j->asked.first)) {
		inquiries_remove(&j->asked, q);
		q->asked = false;
		inquiries_add(all, q);
	}
	while ((q = j->waiting.first)) {
		inquiries_remove(&j->waiting, q);
		inquiries_add(all, q);
	}
}

/* Each reason why it does not come up is said once. */
static bool news(struct judge *j, const char *why)
{
	uint64_t digest = affinity_seed(span_of(why));

	for (size_t i = 0; i < j->whys; i++) {
		if (j->why[i] == digest)
			return false;
	}
	if (j->whys == JUDGE_WHYS)
		return false;
	j->why[j->whys++] = digest;
	return true;
}

static void say_failed(struct judge *j, enum judge_state was, size_t n,
    const char *why)
{
	if (was == JUDGE_UP && n)
		judge_say(j, "is down: %s; %zu unanswered", why, n);
	else if (was == JUDGE_UP)
		judge_say(j, "is down: %s", why);
	else if (news(j, why))
		judge_say(j, "cannot be used: %s", why);
}

/* One that breaks every server that is asked must not be asked for ever. */
static void blame(struct judge *j)
{
	bool alone = j->asked.count == 1;

	for (struct inquiry *q = j->asked.first; q; q = q->after) {
		if (q->kind == INQUIRY_RECORD &&
		    (alone || q->blamed < JUDGE_ALONE))
			q->blamed++;
	}
}

void judge_failed(struct judge *j, uint64_t wait, const char *why)
{
	enum judge_state was = j->state;
	int64_t ran = timer_now() - j->since;
	struct inquiries all = {NULL, NULL, 0};

	if (j->state == JUDGE_DOWN)
		return;
	if (was == JUDGE_UP)
		blame(j);
	if (!j->finishing)
		say_failed(j, was, j->asked.count, why);
	j->kind->close(j);
	j->state = JUDGE_DOWN;
	take_back(j, &all);
	if (was == JUDGE_STARTING && !j->opened &&
	    ++j->nth < j->address.count) {
		timer_in(j->timer, 0);
	} else {
		j->nth = 0;
		j->failed = true;
		if (!wait)
			wait = backoff_next(&j->backoff,
			    was == JUDGE_UP ? (uint64_t)ran : 0,
			    was == JUDGE_UP && j->answers);
		timer_in(j->timer, wait);
	}
	if (j->finishing)
		timer_stop(j->timer);
	j->common->owner->down(j->common->arg, j, &all);
}

void judge_connect(struct judge *j)
{
	struct buf why = BUF_EMPTY;

	j->state = JUDGE_STARTING;
	j->opened = j->pinged = false;
	j->faults = 0;
	j->answers = 0;
	j->since = j->heard = timer_now();
	timer_in(j->timer, j->common->config->connect_timeout);
	if (!j->kind->open(j, &why))
		judge_failed(j, 0, buf_str(&why));
	buf_release(&why);
}

void judge_ping(struct judge *j)
{
	uuid_token(j->token, INQUIRY_TOKEN);
	j->pinged = true;
	j->pinged_number = j->asked_number;
	j->ping_at = timer_now();
	j->ping_stamp = stamp_now();
	j->kind->ping(j);
}

void judge_opened(struct judge *j)
{
	j->opened = true;
	j->since = timer_now();
	timer_in(j->timer, j->common->config->answer_timeout);
	judge_ping(j);
}

static void ponged(struct judge *j)
{
	j->pinged = false;
	/* It was asked behind all of these. */
	if (j->overtaken <= j->pinged_number)
		j->overtaken = j->pinged_number + 1;
	if (j->state != JUDGE_STARTING)
		return;
	j->state = JUDGE_UP;
	j->failed = false;
	j->whys = 0;
	j->since = j->answered_at = timer_now();
	timer_in(j->timer, 0);
	if (j->common->config->checked)
		j->common->config->checked(j->url, stamp_now() - j->ping_stamp);
	else
		judge_say(j, "is up");
	j->common->owner->up(j->common->arg, j);
	judge_pump(j);
}

void judge_ponged(struct judge *j, struct span token)
{
	if (j->pinged &&
	    span_same(token, (struct span){j->token, INQUIRY_TOKEN}))
		ponged(j);
	else
		j->common->owner->ponged(j->common->arg, j, token);
}

void judge_take(struct judge *j, struct span line)
{
	j->heard = timer_now();
	if (span_starts(line, "# ping "))
		judge_ponged(j, (struct span){line.p + 7, line.n - 7});
	else if (!span_starts(line, "#"))
		j->common->owner->said(j->common->arg, j, line);
}

bool judge_fault(struct judge *j)
{
	if (++j->faults < FAULTS_MAX)
		return true;
	judge_failed(j, 0, "it answers wrongly");
	return false;
}

/* ---- questions */

void judge_put(struct judge *j, struct inquiry *q)
{
	q->judge = j;
	q->asked = false;
	inquiries_add(&j->waiting, q);
}

void judge_withdraw(struct judge *j, struct inquiry *q)
{
	if (q->asked)
		j->kind->forget(j, q);
	inquiries_remove(q->asked ? &j->asked : &j->waiting, q);
	q->asked = false;
	q->judge = NULL;
}

/* Whether it may be asked beside what is: those over which a connection broke
 * are few at a time, then one. */
static bool fits(const struct judge *j, const struct inquiry *q)
{
	const struct inquiry *in = j->asked.first;

	if (!in || (!in->blamed && !q->blamed))
		return true;
	return in->blamed == q->blamed && q->blamed < JUDGE_ALONE &&
	    j->asked.count < JUDGE_GROUP;
}

void judge_pump(struct judge *j)
{
	int64_t now;
	struct inquiry *q;

	if (!j->waiting.first)
		return;
	now = timer_now();
	while (j->state == JUDGE_UP && (q = j->waiting.first) && fits(j, q) &&
	    j->kind->room(j)) {
		inquiries_remove(&j->waiting, q);
		q->asked = true;
		q->asked_at = now;
		q->number = ++j->asked_number;
		inquiries_add(&j->asked, q);
		j->kind->ask(j, q);
	}
}

void judge_answered(struct judge *j, struct inquiry *q)
{
	j->answered_at = j->heard;
	if (j->overtaken < q->number)
		j->overtaken = q->number;
	inquiries_remove(&j->asked, q);
	q->asked = false;
	j->answers += q->kind == INQUIRY_RECORD;
	j->answered += q->kind == INQUIRY_RECORD;
}

void judge_refused(struct judge *j, struct inquiry *q, const char *why)
{
	if (q->kind == INQUIRY_RECORD)
		judge_say(j, "record %.*s: %s", UUID_LEN,
		    q->record.field[RECORD_ID].p, why);
	judge_withdraw(j, q);
	q->refused++;
	q->tried |= UINT64_C(1) << j->number;
	j->common->owner->refused(j->common->arg, q);
}

/* ---- life */

bool judge_init(struct judge *j, const struct judge_kind *kind,
    struct judge_common *common, const char *url, unsigned number,
    const char **why)
{
	*j = (struct judge){.kind = kind, .common = common, .url = url,
	    .number = number, .seed = affinity_seed(span_of(url)),
	    .backoff = {.most = RETRY_MOST}, .say_at = timer_now()};
	return kind->set(j, why);
}

void judge_release(struct judge *j)
{
	if (j->state != JUDGE_DOWN)
		j->kind->close(j);
	timer_free(j->timer);
	j->kind->release(j);
}
