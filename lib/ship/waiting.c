/* SPDX-License-Identifier: ISC */
/* The stage in a pipeline. */
#include "ship/waiting.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>

#include "base/uuid.h"
#include "io/out.h"
#include "record/reader.h"
#include "ship/sender.h"
#include "ship/status.h"

struct waiting {
	const struct waiting_config *config;
	struct reader in;
	struct out out;
	struct sender sender;
	struct ship_status status;
	bool ended;	/* the input has */
	bool malformed; /* something was not passed on */
	bool failed;	/* writing did */
	uint64_t skipped;
};

static void on_stored(void *arg, const struct parcel *p)
{
	struct waiting *s = arg;

	buf_add(&s->out.buf, p->body.data, p->body.len);
	if (!out_spill(&s->out))
		s->failed = true;
}

static void on_refused(void *arg, const struct parcel *p, const char *why)
{
	struct waiting *s = arg;

	s->config->say("record %.*s %s; it does not go on", UUID_LEN,
	    p->body.data, why);
	s->malformed = true;
}

static void on_say(void *arg, const char *text)
{
	struct waiting *s = arg;

	s->config->say("%s", text);
}

static const struct sender_owner owner = {on_stored, on_refused, on_say, NULL};

/* What goes on all the same is told once for each outage. */
static void skip(struct waiting *s)
{
	size_t records = s->sender.window.records;

	if (!s->config->skip_if_down || !s->sender.said || !records)
		return;
	if (!s->skipped)
		s->config->say("records go on without the stream having them");
	s->skipped += records;
	sender_skip(&s->sender);
}

static bool take(struct waiting *s, enum waiting_result *result)
{
	struct record r;

	switch (reader_next(&s->in, &r)) {
	case READER_RECORD:
		parcels_record(&s->sender.window, s->sender.name, &r,
		    s->in.line, 0);
		return true;
	case READER_COMMENT:
		parcels_comment(&s->sender.window, s->in.line);
		return true;
	case READER_BAD:
		s->config->say("line %" PRIu64 ": %s", s->in.number, s->in.why);
		s->malformed = true;
		return true;
	case READER_DRAINED:
		return false;
	case READER_END:
		s->ended = true;
		return false;
	case READER_ERROR:
		*result = WAITING_IN_FAILED;
		s->ended = true;
		return false;
	}
	return false;
}

/* Take what is there, as long as there is room. */
static void fill(struct waiting *s, enum waiting_result *result)
{
	while (!s->ended && !parcels_full(&s->sender.window)) {
		if (!take(s, result))
			return;
	}
}

/* Where the window was full the reader has lines of its own. */
static bool await(struct waiting *s, bool *readable)
{
	bool listen = !s->ended && !parcels_full(&s->sender.window);
	struct pollfd p[] = {
	    {s->config->ending, POLLIN, 0},
	    {jetstream_alarm(s->sender.stream), POLLIN, 0},
	    {listen ? s->in.fd : -1, POLLIN, 0}};
	int due = sender_due(&s->sender), n;

	if (listen && !s->in.drained) {
		*readable = true;
		due = 0;
	}
	n = poll(p, 3, ship_status_due(&s->status, due));
	if (n > 0 && p[0].revents)
		return false;
	if (n > 0 && p[1].revents)
		sender_news(&s->sender);
	sender_tick(&s->sender);
	*readable = *readable || (n > 0 && p[2].revents);
	return true;
}

static void show(struct waiting *s)
{
	const struct sender *q = &s->sender;

	struct ship_lag lag = {.up = q->state == SENDER_READY && !q->said,
	    .records = q->window.records,
	    .since = q->window.first ? q->window.first->at : 0};

	ship_status_set(&s->status, &lag);
}

static enum waiting_result turn(struct waiting *s)
{
	enum waiting_result result = WAITING_DONE;
	bool readable = true;

	for (;;) {
		if (readable)
			fill(s, &result);
		skip(s);
		sender_pump(&s->sender);
		if (s->failed || !out_flush(&s->out))
			return WAITING_OUT_FAILED;
		show(s);
		if (s->sender.state == SENDER_UNFIT)
			return WAITING_UNFIT;
		if (s->ended && !s->sender.window.first)
			return result;
		readable = false;
		if (!await(s, &readable))
			return WAITING_ENDED;
	}
}

enum waiting_result waiting_run(const struct waiting_config *config, struct buf *why)
{
	struct waiting s = {.config = config, .out = {.fd = config->out}};
	enum waiting_result result;
	int error;
	struct jetstream *j = jetstream_new(&config->stream, why);

	if (!j)
		return WAITING_MISUSE;
	reader_init(&s.in, config->in);
	sender_init(&s.sender, j, config->stream.stream, &owner, &s);
	ship_status_init(&s.status, config->status);
	result = turn(&s);
	error = errno;
	ship_status_release(&s.status);
	if (s.skipped)
		config->say("%" PRIu64 " records went on without the stream "
			    "having them",
		    s.skipped);
	jetstream_free(j);
	sender_release(&s.sender);
	reader_release(&s.in);
	buf_release(&s.out.buf);
	errno = error;
	return result == WAITING_DONE && s.malformed ? WAITING_MALFORMED : result;
}
