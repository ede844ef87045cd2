/* SPDX-License-Identifier: ISC */
/* A file that says how far a target is behind. */
#include "ship/status.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "io/out.h"

enum {
	EVERY = 500, /* milliseconds between writes, at least */
	ALIVE = 5000, /* and at most, where it is set that often */
};

void ship_status_init(struct ship_status *s, const char *path)
{
	*s = (struct ship_status){.path = path};
}

static void write_file(struct ship_status *s, int64_t now)
{
	const struct ship_lag *l = &s->lag;
	struct buf text = BUF_EMPTY, aside = BUF_EMPTY;
	int fd;

	buf_addf(&aside, "%s.new", s->path);
	buf_addf(&text, "state %s\nrecords %" PRIu64 "\nseconds %.1f\n",
	    l->up ? "up" : "down", l->records,
	    l->since ? (double)(now - l->since) / 1000 : 0.0);
	fd = open(buf_str(&aside), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0640);
	if (fd >= 0) {
		if (out_write(fd, text.data, text.len))
			(void)rename(aside.data, s->path);
		close(fd);
	}
	buf_release(&aside);
	buf_release(&text);
	s->written = s->lag;
	s->at = now;
}

/* A lag grows by itself. */
static bool outdated(const struct ship_status *s)
{
	return s->path &&
	    (!s->at || s->lag.since || s->lag.records != s->written.records ||
		s->lag.up != s->written.up);
}

void ship_status_set(struct ship_status *s, const struct ship_lag *lag)
{
	int64_t now;

	s->lag = *lag;
	now = clock_ms();
	if (!s->path || (!outdated(s) && now - s->at < ALIVE))
		return;
	if (!s->at || now - s->at >= EVERY || lag->up != s->written.up)
		write_file(s, now);
}

int ship_status_due(const struct ship_status *s, int due)
{
	int64_t left;

	if (!outdated(s))
		return due;
	left = s->at + EVERY - clock_ms();
	if (left < 0)
		left = 0;
	return due < 0 || left < due ? (int)left : due;
}

void ship_status_release(struct ship_status *s)
{
	if (s->path && s->at)
		(void)unlink(s->path);
}
