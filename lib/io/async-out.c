/* SPDX-License-Identifier: ISC */
/* Output to a descriptor that the loop never blocks on. */
#include "io/async-out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/out.h"
#include "io/ready.h"

struct async_out {
	int fd, flags; /* flags: to be set again; -1: nothing is */
	struct ready *ready;
	void (*drained)(void *);
	void (*failed)(void *, int);
	void *arg;
	struct buf buf;
	size_t sent;
	bool kicked, blocked, dead;
};

static void die(struct async_out *o, int error)
{
	o->dead = true;
	buf_release(&o->buf);
	o->sent = 0;
	ready_want(o->ready, false);
	o->failed(o->arg, error);
}

static void flush(void *arg)
{
	struct async_out *o = arg;
	ssize_t n = 0;

	o->kicked = false;
	while (!o->dead && o->sent < o->buf.len) {
		n = write(o->fd, o->buf.data + o->sent, o->buf.len - o->sent);
		if (n >= 0)
			o->sent += (size_t)n;
		else if (errno != EINTR)
			break;
	}
	if (o->dead)
		return;
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
		die(o, errno);
		return;
	}
	o->blocked = o->sent < o->buf.len;
	ready_want(o->ready, o->blocked);
	if (!o->blocked) {
		buf_reset(&o->buf);
		o->sent = 0;
		o->drained(o->arg);
	} else if (o->sent > o->buf.len / 2) {
		buf_consume(&o->buf, o->sent);
		o->sent = 0;
	}
}

struct async_out *async_out_new(struct event_base *base, int fd,
    void (*drained)(void *), void (*failed)(void *, int), void *arg)
{
	struct async_out *o = mem_zalloc(sizeof(*o));
	struct stat st;

	*o = (struct async_out){.fd = fd, .flags = -1, .drained = drained,
	    .failed = failed, .arg = arg};
	o->ready = ready_new(base, fd, true, flush, o);
	out_pipe_size(fd);
	if (fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) ||
	    S_ISSOCK(st.st_mode))) {
		o->flags = fcntl(fd, F_GETFL);
		fcntl(fd, F_SETFL, o->flags | O_NONBLOCK);
	}
	return o;
}

void async_out_free(struct async_out *o)
{
	if (!o)
		return;
	if (o->flags >= 0)
		fcntl(o->fd, F_SETFL, o->flags);
	ready_free(o->ready);
	buf_release(&o->buf);
	free(o);
}

void async_out_add(struct async_out *o, struct span s)
{
	if (o->dead)
		return;
	buf_addspan(&o->buf, s);
	if (o->kicked || o->blocked)
		return;
	o->kicked = true;
	ready_kick(o->ready);
}

size_t async_out_backlog(const struct async_out *o)
{
	return o->buf.len - o->sent;
}
