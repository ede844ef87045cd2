/* SPDX-License-Identifier: ISC */
/* A link that carries lines, with a command at its other end or a server. */
#include "record/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/address.h"
#include "io/child.h"
#include "io/link.h"
#include "io/timer.h"
#include "record/record.h"

enum {
	LINE_MAX_BYTES = RECORD_LINE_MAX,
	STATUS_WAIT = 1000,	   /* milliseconds for the command's status */
	END_GRACE = 5000,	   /* milliseconds */
	BUFFER_KEPT = 1024 * 1024, /* of an empty line buffer */
};

struct channel {
	struct link *link;
	struct child *child;
	struct children *left;
	struct timer *timer;
	const struct channel_owner *owner;
	void *arg;
	struct tls_context *tls;
	const char *host;
	struct buf in;
	size_t pos, scanned;
	struct buf why, status;
	bool ended;    /* the link's end was seen */
	bool *freed;   /* set where a call into the owner is under way */
};

static void tell_end(struct channel *c)
{
	if (c->status.len) {
		if (c->why.len)
			buf_adds(&c->why, ", ");
		buf_addspan(&c->why, buf_span(&c->status));
	}
	c->owner->end(c, c->arg, c->why.len ? buf_str(&c->why) : "ended");
}

static void on_status(void *arg, int status)
{
	struct channel *c = arg;

	c->child = NULL;
	child_status_text(&c->status, status);
	if (c->ended) {
		tell_end(c);
	} else {
		/* What it wrote may still be on its way. */
		timer_in(c->timer, STATUS_WAIT);
	}
}

static void on_timer(void *arg)
{
	tell_end(arg);
}

/* Hand out whole lines. False if the channel was freed meanwhile. */
static bool split(struct channel *c)
{
	bool freed = false;
	char *lf;

	c->freed = &freed;
	while ((lf = memchr(c->in.data + c->scanned, '\n',
		    c->in.len - c->scanned)) != NULL) {
		struct span line = {c->in.data + c->pos,
		    (size_t)(lf - c->in.data) - c->pos};

		c->pos = c->scanned = (size_t)(lf + 1 - c->in.data);
		c->owner->line(c, c->arg, line);
		if (freed)
			return false;
		if (c->pos == c->in.len)
			break;
	}
	c->freed = NULL;
	buf_consume(&c->in, c->pos);
	c->pos = 0;
	c->scanned = c->in.len;
	if (!c->in.len && c->in.cap > BUFFER_KEPT)
		buf_release(&c->in);
	return true;
}

static void finish(struct channel *c, const char *why)
{
	if (c->ended)
		return;
	c->ended = true;
	buf_adds(&c->why, why);
	if (!c->child)
		tell_end(c);
	else
		timer_in(c->timer, STATUS_WAIT);
}

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct channel *c = arg;

	buf_add(&c->in, p, n);
	if (!split(c) || c->in.len <= LINE_MAX_BYTES)
		return;
	link_pause(l);
	finish(c, "a line is longer than 8 MiB");
}

static void opened(struct channel *c)
{
	link_resume(c->link);
	c->owner->open(c, c->arg);
}

static void on_step(struct link *l, void *arg, enum link_step step)
{
	struct channel *c = arg;

	if (step == LINK_CONNECTED && c->tls)
		link_secure(l, c->tls, c->host);
	else
		opened(c);
}

static void on_drained(struct link *l, void *arg)
{
	struct channel *c = arg;

	(void)l;
	c->owner->drained(c, c->arg);
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	(void)l;
	(void)end;
	finish(arg, why ? why : "end of file");
}

static const struct link_owner link_calls = {
    .step = on_step,
    .data = on_data,
    .drained = on_drained,
    .end = on_end,
};

/* Resolved again each time: the name may have moved. */
static int connect_to(const struct address *a, size_t nth, struct buf *why)
{
	int fd = -1;

	for (size_t i = nth; fd < 0 && (i == nth || i < a->count); i++)
		fd = address_connect(a, i);
	if (fd < 0)
		buf_adds(why, strerror(errno));
	return fd;
}

struct channel *channel_open(struct event_base *base,
    struct link_loop *loop, const struct channel_target *t,
    const struct channel_owner *owner, void *arg, struct buf *why)
{
	struct channel *c = mem_zalloc(sizeof(*c));
	int fd = -1;

	*c = (struct channel){.owner = owner, .arg = arg};
	if (t->argv) {
		c->left = t->left;
		c->child = child_start(base, t->argv, &fd, on_status, c);
		if (!c->child)
			buf_addf(why, "cannot start '%s': %s", t->argv[0],
			    strerror(errno));
	} else {
		fd = connect_to(t->address, t->nth, why);
		c->tls = t->address->tls ? t->tls : NULL;
		c->host = t->address->host;
	}
	if (fd < 0) {
		free(c);
		return NULL;
	}
	c->timer = timer_new(base, on_timer, c);
	c->link = link_new(loop, fd, &link_calls, c);
	if (t->argv)
		opened(c);
	else
		link_connecting(c->link);
	return c;
}

static void on_stirred(void *arg)
{
	struct channel *c = arg;

	c->owner->stirred(c, c->arg);
}

void channel_watch(struct channel *c)
{
	if (c->child)
		child_watch(c->child, on_stirred);
}

static void release(struct channel *c)
{
	if (c->freed)
		*c->freed = true;
	link_free(c->link);
	timer_free(c->timer);
	buf_release(&c->in);
	buf_release(&c->why);
	buf_release(&c->status);
	free(c);
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	if (c->child)
		child_abandon(c->child, c->left, END_GRACE);
	release(c);
}

void channel_end(struct channel *c)
{
	if (!c)
		return;
	if (c->child)
		child_end(c->child, c->left, END_GRACE);
	release(c);
}

void channel_kill(struct channel *c)
{
	if (!c)
		return;
	if (c->child)
		child_kill(c->child);
	release(c);
}

void channel_write(struct channel *c, struct span s)
{
	link_write(c->link, s.p, s.n);
}

size_t channel_backlog(const struct channel *c)
{
	return link_backlog(c->link);
}

void channel_finish(struct channel *c)
{
	link_shutdown(c->link);
}
