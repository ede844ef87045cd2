/* SPDX-License-Identifier: ISC */
/* A compliance server as cup-broker sees it. */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "affinity.h"
#include "broker-parts.h"
#include "stamp.h"
#include "timer.h"
#include "uuid.h"

enum {
	FAULTS_MAX = 8,	    /* of one connection */
	RETRY_MOST = 4000,  /* all milliseconds */
	SAY_EVERY = 10000,
	SAY_MOST = 20,	    /* lines in that time */
	SAY_TEXT = 512,
};

/* ---- lists */

void inquiries_add(struct inquiries *l, struct inquiry *q)
{
	q->after = NULL;
	q->before = l->last;
	if (l->last)
		l->last->after = q;
	else
		l->first = q;
	l->last = q;
	l->count++;
}

void inquiries_remove(struct inquiries *l, struct inquiry *q)
{
	if (q->before)
		q->before->after = q->after;
	else
		l->first = q->after;
	if (q->after)
		q->after->before = q->before;
	else
		l->last = q->before;
	q->before = q->after = NULL;
	l->count--;
}

/* ---- what is said */

void judge_say(struct judge *j, const char *format, ...)
{
	int64_t now = timer_now();
	char text[SAY_TEXT];
	va_list ap;

	if (now - j->say_at >= SAY_EVERY) {
		if (j->said > SAY_MOST)
			j->broker->config.say("%s: and %u lines more", j->url,
			    j->said - SAY_MOST);
		j->said = 0;
		j->say_at = now;
	}
	if (j->said++ >= SAY_MOST)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	j->broker->config.say("%s: %s", j->url, text);
}

/* ---- up and down */

static uint64_t retry_after(struct judge *j, int64_t ran)
{
	uint64_t wait = backoff_next(&j->backoff, ran > 0 ? (uint64_t)ran : 0);

	/* Traffic waits: look more often than the usual most. */
	return wait <= RETRY_MOST ? wait
				  : RETRY_MOST - RETRY_MOST / 4 +
		wait % (RETRY_MOST / 2);
}

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

void judge_failed(struct judge *j, uint64_t wait, const char *why)
{
	enum judge_state was = j->state;
	int64_t ran = timer_now() - j->since;
	struct inquiries all = {NULL, NULL, 0};
	struct inquiry *first = j->asked.first;

	if (j->state == JUDGE_DOWN)
		return;
	/* One that breaks every server that is asked must not be asked for
	 * ever. */
	if (was == JUDGE_UP && first && first->kind == INQUIRY_RECORD)
		first->blamed++;
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
			wait = retry_after(j, was == JUDGE_UP ? ran : 0);
		timer_in(j->timer, wait);
	}
	if (j->finishing)
		timer_stop(j->timer);
	broker_down(j->broker, j, &all);
}

void judge_connect(struct judge *j)
{
	struct buf why = BUF_EMPTY;

	j->state = JUDGE_STARTING;
	j->opened = j->pinged = false;
	j->faults = 0;
	j->since = j->heard = timer_now();
	timer_in(j->timer, j->broker->config.connect_timeout);
	if (!j->kind->open(j, &why))
		judge_failed(j, 0, buf_str(&why));
	buf_release(&why);
}

void judge_ping(struct judge *j)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[INQUIRY_TOKEN / 2];

	uuid_random(raw, sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i++) {
		j->token[2 * i] = digits[raw[i] >> 4];
		j->token[2 * i + 1] = digits[raw[i] & 15];
	}
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
	timer_in(j->timer, j->broker->config.answer_timeout);
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
	if (j->broker->config.checked)
		j->broker->config.checked(j->url, stamp_now() - j->ping_stamp);
	else
		judge_say(j, "is up");
	broker_up(j->broker, j);
	judge_pump(j);
}

void judge_ponged(struct judge *j, struct span token)
{
	struct inquiry *q;

	if (j->pinged &&
	    span_same(token, (struct span){j->token, INQUIRY_TOKEN})) {
		ponged(j);
		return;
	}
	q = token.n == INQUIRY_TOKEN ? window_find(&j->broker->window, token)
				     : NULL;
	if (!q || q->kind != INQUIRY_PING || q->judge != j || !q->asked)
		return;
	judge_answered(j, q);
	broker_settle(j->broker, q, (struct span){NULL, 0});
}

void judge_take(struct judge *j, struct span line)
{
	j->heard = timer_now();
	if (span_starts(line, "# ping "))
		judge_ponged(j, (struct span){line.p + 7, line.n - 7});
	else if (!span_starts(line, "#"))
		broker_answer(j->broker, j, line);
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

void judge_pump(struct judge *j)
{
	int64_t now;
	struct inquiry *q;

	if (!j->waiting.first)
		return;
	now = timer_now();
	while (j->state == JUDGE_UP && (q = j->waiting.first) &&
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
}

void judge_refused(struct judge *j, struct inquiry *q, const char *why)
{
	struct broker *b = j->broker;

	if (q->kind == INQUIRY_RECORD)
		judge_say(j, "record %.*s: %s", UUID_LEN,
		    q->record.field[RECORD_ID].p, why);
	judge_withdraw(j, q);
	q->refused++;
	q->tried |= UINT64_C(1) << j->number;
	broker_route(b, q);
}

/* ---- life */

bool judge_init(struct judge *j, struct broker *b, const char *url,
    unsigned number, const char **why)
{
	bool http = strncasecmp(url, "http://", 7) == 0 ||
	    strncasecmp(url, "https://", 8) == 0;

	*j = (struct judge){.kind = http ? &judge_http : &judge_line,
	    .broker = b, .url = url, .number = number,
	    .seed = affinity_seed(span_of(url)), .say_at = timer_now()};
	return j->kind->set(j, why);
}

void judge_start(struct judge *j)
{
	j->timer = timer_new(j->broker->base, judge_watch, j);
	timer_in(j->timer, 0);
}

void judge_release(struct judge *j)
{
	if (j->state != JUDGE_DOWN)
		j->kind->close(j);
	timer_free(j->timer);
	j->kind->release(j);
}
