/* SPDX-License-Identifier: ISC */
/* Compliance servers that speak records: unix:, tcp:, tls:. */
#include <string.h>

#include "broker/judge.h"
#include "io/link.h"
#include "io/lookup.h"
#include "io/timer.h"
#include "record/channel.h"

enum {
	WRITE_AHEAD = 256 * 1024, /* bytes queued for it */
	FINISH_WAIT = 2000,	  /* milliseconds for its end after ours */
};

static bool set(struct judge *j, const char **why)
{
	if (!address_parse(&j->address, j->url, why))
		return false;
	if (j->address.kind == ADDRESS_FD || (j->address.kind == ADDRESS_TCP &&
	    !j->address.host)) {
		address_release(&j->address);
		*why = "no host to connect to";
		return false;
	}
	return true;
}

static void release(struct judge *j)
{
	address_release(&j->address);
}

static void on_open(struct channel *c, void *arg)
{
	(void)c;
	judge_opened(arg);
}

static void on_line(struct channel *c, void *arg, struct span line)
{
	struct judge *j = arg;

	(void)c;
	judge_take(j, line);
}

static void on_drained(struct channel *c, void *arg)
{
	(void)c;
	judge_pump(arg);
}

static void on_end(struct channel *c, void *arg, const char *why)
{
	struct buf copy = BUF_EMPTY;

	(void)c;
	buf_adds(&copy, why);
	judge_failed(arg, 0, buf_str(&copy));
	buf_release(&copy);
}

static const struct channel_owner channel_calls = {
    .open = on_open,
    .line = on_line,
    .drained = on_drained,
    .end = on_end,
};

static bool open_channel(struct judge *j, struct buf *why)
{
	struct judge_common *common = j->common;
	struct channel_target target = {
	    .address = &j->address, .tls = common->tls, .nth = j->nth};

	j->channel = channel_open(
	    common->base, common->loop, &target, &channel_calls, j, why);
	return j->channel != NULL;
}

static void on_found(void *arg, const char *bad)
{
	struct judge *j = arg;
	struct buf why = BUF_EMPTY;

	lookup_free(j->lookup);
	j->lookup = NULL;
	if (bad)
		judge_failed(j, 0, bad);
	else if (!open_channel(j, &why))
		judge_failed(j, 0, buf_str(&why));
	buf_release(&why);
}

/* Looked up each time: it may have moved. The next of its addresses is tried
 * when one cannot be connected to. */
static bool open_line(struct judge *j, struct buf *why)
{
	const char *bad;

	if (j->nth > 0 || j->address.kind == ADDRESS_UNIX)
		return open_channel(j, why);
	j->lookup = lookup_start(j->common->base, &j->address, on_found, j,
	    &bad);
	if (!j->lookup)
		buf_adds(why, bad);
	return j->lookup != NULL;
}

static void close_line(struct judge *j)
{
	lookup_free(j->lookup);
	j->lookup = NULL;
	channel_free(j->channel);
	j->channel = NULL;
}

static bool finish(struct judge *j)
{
	channel_finish(j->channel);
	timer_in(j->timer, FINISH_WAIT);
	return true;
}

static bool room(const struct judge *j)
{
	return channel_backlog(j->channel) < WRITE_AHEAD;
}

static void write_ping(struct judge *j, const char token[INQUIRY_TOKEN])
{
	char line[7 + INQUIRY_TOKEN + 1];

	memcpy(line, "# ping ", 7);
	memcpy(line + 7, token, INQUIRY_TOKEN);
	line[sizeof(line) - 1] = '\n';
	channel_write(j->channel, (struct span){line, sizeof(line)});
}

static void ask(struct judge *j, struct inquiry *q)
{
	if (q->kind == INQUIRY_PING)
		write_ping(j, q->token);
	else
		channel_write(j->channel, (struct span){q->text, q->len});
}

static void forget(struct judge *j, struct inquiry *q)
{
	(void)j, (void)q;
}

static void ping(struct judge *j)
{
	write_ping(j, j->token);
}

const struct judge_kind judge_line = {
    .set = set,
    .release = release,
    .open = open_line,
    .close = close_line,
    .finish = finish,
    .room = room,
    .ask = ask,
    .forget = forget,
    .ping = ping,
};
