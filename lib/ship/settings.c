/* SPDX-License-Identifier: ISC */
/* What cup-ship is asked for. */
#include "ship/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "ship/database.h"
#include "ship/feeding.h"

enum { STREAM_MAX = 64 };

/* Milliseconds: a day, a hundred years. */
static const uint64_t RETAIN_LEAST = 86400000, RETAIN_MOST = 3153600000000;

static const char no_bucket[] =
    "options of a bucket are given without one";

/* What begins a subject and names a stream. */
static bool stream_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n <= STREAM_MAX && !name[n];
}

static bool is_url(const char *url, const char *a, const char *b)
{
	return strncmp(url, a, strlen(a)) == 0 ||
	    strncmp(url, b, strlen(b)) == 0;
}

static bool is_stream(const char *url)
{
	return is_url(url, "nats://", "tls://");
}

static bool is_bucket(const char *url)
{
	return is_url(url, "https://", "s3://");
}

static void check_stream(const struct ship_settings *s, struct buf *why)
{
	const char *stream = s->text[SHIP_STREAM];

	if (stream && !stream_valid(stream))
		buf_addf(why, "option '--stream': '%s' is not a stream's name",
		    stream);
	else if (s->replicas < 1 || s->replicas > JETSTREAM_REPLICAS_MAX)
		buf_adds(why, "option '--replicas': out of range");
	else if (s->text[SHIP_KEY] && !s->text[SHIP_CERTIFICATE])
		buf_adds(why, "option '--private-key' needs '--certificate'");
}

static bool of_bucket(const struct ship_settings *s)
{
	return s->text[SHIP_REGION] || s->text[SHIP_RETAIN] ||
	    s->text[SHIP_CURSOR] || s->verify;
}

static bool read_retain(const char *text, uint64_t *retain)
{
	return quantity_duration(text, retain) && *retain >= RETAIN_LEAST &&
	    *retain <= RETAIN_MOST;
}

static void check_bucket(struct ship_settings *s, struct buf *why)
{
	struct bucket_config *b = &s->bucket;
	const char *retain = s->text[SHIP_RETAIN], *wrong;

	b->target = s->target;
	b->credentials = s->text[SHIP_CREDENTIALS];
	b->ca = s->text[SHIP_CA];
	b->cursor = s->text[SHIP_CURSOR];
	b->verify = s->verify;
	if (s->text[SHIP_REGION])
		b->region = s->text[SHIP_REGION];
	wrong = bucket_check(b);
	if (wrong)
		buf_addf(why, "target '%s': %s", s->target, wrong);
	else if (retain && !read_retain(retain, &b->retain))
		buf_addf(why, "option '--retain': '%s' is not 1d to 36500d",
		    retain);
	else if (s->text[SHIP_STATUS])
		buf_adds(why, "option '--status' does not go with a bucket");
}

static void check_stage(const struct ship_settings *s, struct buf *why)
{
	const char *url = s->text[SHIP_STAGE];

	if (s->target)
		buf_addf(why, "a stage has no operands: '%s'", s->target);
	else if (!is_stream(url))
		buf_addf(why, "option '--stage': '%s' is neither nats:// nor "
			      "tls://", url);
	else
		check_stream(s, why);
	if (!why->len && s->skip && !s->unsafe)
		buf_adds(why, "option '--skip-if-down' needs '--unsafe'");
}

static void check_from(const struct ship_settings *s, struct buf *why)
{
	const char *url = s->text[SHIP_FROM];

	if (s->text[SHIP_STAGE])
		buf_adds(why, "'--stage' and '--from' at once");
	else if (!is_stream(url))
		buf_addf(why, "option '--from': '%s' is neither nats:// nor "
			      "tls://", url);
	else
		check_stream(s, why);
	if (!why->len && s->journals.count)
		buf_addf(why, "one journal at a time: '%s'",
		    s->journals.word[0]);
}

static void check_target(struct ship_settings *s, struct buf *why)
{
	if (!s->target)
		buf_adds(why, "no target given");
	else if (is_bucket(s->target))
		check_bucket(s, why);
	else if (of_bucket(s))
		buf_adds(why, no_bucket);
	else if (is_stream(s->target))
		check_stream(s, why);
	else if (!is_url(s->target, "postgresql://", "postgres://"))
		buf_addf(why, "target '%s' is none of postgresql://, nats://, "
			      "tls://, https:// and s3://", s->target);
	if (!why->len && !s->journals.count)
		buf_adds(why, "no journal given");
}

bool ship_settings_check(struct ship_settings *s, struct buf *why)
{
	buf_reset(why);
	if (s->schema)
		return true;
	if (!s->text[SHIP_FROM] && !s->text[SHIP_STAGE])
		check_target(s, why);
	else if (of_bucket(s))
		buf_adds(why, no_bucket);
	else if (s->text[SHIP_FROM])
		check_from(s, why);
	else
		check_stage(s, why);
	return !why->len;
}

struct jetstream_config ship_settings_stream(const struct ship_settings *s,
    const char *urls)
{
	return (struct jetstream_config){.urls = urls,
	    .stream = s->text[SHIP_STREAM] ? s->text[SHIP_STREAM] : "cup",
	    .name = "cup-ship",
	    .credentials = s->text[SHIP_CREDENTIALS],
	    .ca = s->text[SHIP_CA],
	    .certificate = s->text[SHIP_CERTIFICATE],
	    .key = s->text[SHIP_KEY],
	    .replicas = (unsigned)s->replicas};
}

enum journals_result ship_settings_bring(const struct ship_settings *s,
    const struct journals_config *c)
{
	const struct jetstream_config stream = ship_settings_stream(s,
	    s->target);

	if (is_bucket(s->target))
		return bucket_run(&s->bucket, c);
	return is_stream(s->target) ? feeding_run(&stream, c)
				    : database_run(s->target, c);
}

void ship_settings_release(struct ship_settings *s)
{
	for (int i = 0; i < SHIP_TEXTS; i++)
		free(s->text[i]);
	args_release(&s->journals);
	free(s->target);
}
