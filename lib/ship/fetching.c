/* SPDX-License-Identifier: ISC */
/* The records of a stream, in its order. */
#include "ship/fetching.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "io/out.h"
#include "ship/jetstream-read.h"
#include "ship/origin.h"

enum {
	WAIT = 200,	  /* milliseconds for a message, at once */
	AGAIN = 500,	  /* between two tries */
	UNTOLD = 1000,	  /* for which nobody is told that it is not there */
	PATIENCE = 10000, /* until one that is not followed gives up */
};

struct fetching {
	const struct fetching_config *config;
	struct jetstream *stream;
	struct jetstream_reader *reader; /* NULL: to be begun again */
	uint64_t next;	/* message */
	uint64_t last;	/* without follow: where it ends */
	bool bounded;	/* last is known */
	bool gaps;	/* a message that is missing is a loss */
	struct out out;
	struct buf why, scratch;
	bool malformed, said;
	int64_t down; /* since when the stream is not there; 0: it is */
};

static const char *name(const struct fetching *f)
{
	return f->config->stream.stream;
}

static bool ending(const struct fetching *f, int ms)
{
	struct pollfd p = {f->config->ending, POLLIN, 0};

	return poll(&p, 1, ms) > 0;
}

/* ---- messages */

static void take_line(struct fetching *f, uint64_t message, struct span line)
{
	struct record r;
	const char *why = record_parse(&r, line.p, line.n);

	if (!why) {
		origin_write(&f->out.buf, &r, name(f), message, &f->scratch);
		return;
	}
	f->config->say("stream '%s': message %" PRIu64 ": %s", name(f),
	    message, why);
	f->malformed = true;
}

static bool take(struct fetching *f, const struct jetstream_got *got)
{
	struct span rest = got->data;

	if (got->seq < f->next)
		return true;
	if (f->gaps && got->seq > f->next) {
		f->config->say("stream '%s': messages %" PRIu64 " to %" PRIu64
			       " are not there",
		    name(f), f->next, got->seq - 1);
		f->malformed = true;
	}
	f->gaps = true;
	while (rest.n) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) : rest.n;

		take_line(f, got->seq, (struct span){rest.p, n});
		n += lf != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
	f->next = got->seq + 1;
	return out_spill(&f->out);
}

/* ---- the stream */

static void up(struct fetching *f)
{
	if (f->said)
		f->config->say("stream '%s' is available", name(f));
	f->said = false;
	f->down = 0;
}

/* Until it is time to try again, or there is a connection; true: it is to
 * end. */
static bool wait_again(const struct fetching *f)
{
	struct pollfd p[] = {{f->config->ending, POLLIN, 0},
	    {jetstream_alarm(f->stream), POLLIN, 0}};

	return poll(p, 2, AGAIN) > 0 && p[0].revents;
}

/* False: it is over. */
static bool down(struct fetching *f, enum fetching_result *result)
{
	int64_t now = clock_ms();

	jetstream_reader_free(f->reader);
	f->reader = NULL;
	f->down = f->down ? f->down : now;
	if (!f->said && now - f->down >= UNTOLD) {
		f->said = true;
		f->config->say("stream '%s' is not available: %s", name(f),
		    buf_str(&f->why));
	}
	*result = FETCHING_UNREACHED;
	if (!f->config->follow && now - f->down > PATIENCE)
		return false;
	*result = FETCHING_ENDED;
	return !wait_again(f);
}

/* What it ends in may be told by a server that does not know better yet. */
static void begin(struct fetching *f)
{
	struct jetstream_item item;
	uint64_t first, last;
	bool there;

	do
		jetstream_next(f->stream, &item);
	while (item.news != JETSTREAM_NOTHING);
	if (!jetstream_ends(f->stream, &first, &last, &there, &f->why))
		return;
	if (f->next > last + 1) {
		buf_reset(&f->why);
		buf_addf(&f->why, "it ends in message %" PRIu64 ", but there "
			 "was a message %" PRIu64,
		    last, f->next - 1);
		return;
	}
	if (!f->bounded)
		f->last = last;
	f->bounded = true;
	f->reader = jetstream_reader_new(f->stream, f->next, false, &f->why);
}

static bool at_end(const struct fetching *f)
{
	return !f->config->follow && f->bounded && f->next > f->last;
}

/* What is there now; then wait for more. */
static enum jetstream_read next(struct fetching *f, struct jetstream_got *got,
    bool *failed)
{
	enum jetstream_read r;

	r = jetstream_reader_next(f->reader, 0, got, &f->why);
	if (r == JETSTREAM_READ || r == JETSTREAM_LOST)
		return r;
	*failed = !out_flush(&f->out);
	if (*failed || (r == JETSTREAM_AT_END && !f->config->follow))
		return r;
	return jetstream_reader_next(f->reader, WAIT, got, &f->why);
}

/* One message, or none. False: it is over. */
static bool turn(struct fetching *f, enum fetching_result *result)
{
	struct jetstream_got got;
	enum jetstream_read r;
	bool failed = false;

	if (!f->reader)
		begin(f);
	if (!f->reader)
		return down(f, result);
	*result = FETCHING_DONE;
	if (at_end(f))
		return false;
	r = next(f, &got, &failed);
	if (r == JETSTREAM_READ)
		failed = !take(f, &got);
	if (failed) {
		*result = FETCHING_OUT_FAILED;
		return false;
	}
	/* The server that is read from has not all of it yet. */
	if (r == JETSTREAM_AT_END && !f->config->follow) {
		buf_reset(&f->why);
		buf_adds(&f->why, "its end has not come to all servers");
		buf_str(&f->why);
		r = JETSTREAM_LOST;
	}
	if (r == JETSTREAM_LOST)
		return down(f, result);
	if (r != JETSTREAM_PENDING)
		up(f);
	*result = FETCHING_ENDED;
	return !ending(f, 0);
}

static enum fetching_result run(struct fetching *f)
{
	enum fetching_result result = FETCHING_DONE;
	uint64_t had = 0;

	if (f->config->journal &&
	    !origin_last(f->config->journal, name(f), &had)) {
		f->config->say("journal '%s': %s", f->config->journal,
		    strerror(errno));
		return FETCHING_MALFORMED;
	}
	f->next = had ? had : 1;
	f->gaps = had > 0;
	while (turn(f, &result))
		continue;
	if (result != FETCHING_OUT_FAILED && !out_flush(&f->out))
		result = FETCHING_OUT_FAILED;
	return result == FETCHING_DONE && f->malformed ? FETCHING_MALFORMED
						       : result;
}

enum fetching_result fetching_run(const struct fetching_config *config,
    struct buf *why)
{
	struct fetching f = {.config = config, .out = {.fd = config->out}};
	enum fetching_result result;
	int error;

	f.stream = jetstream_new(&config->stream, why);
	if (!f.stream)
		return FETCHING_MISUSE;
	result = run(&f);
	error = errno;
	jetstream_reader_free(f.reader);
	jetstream_free(f.stream);
	buf_release(&f.out.buf);
	buf_release(&f.why);
	buf_release(&f.scratch);
	errno = error;
	return result;
}
