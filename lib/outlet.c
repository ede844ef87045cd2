/* SPDX-License-Identifier: ISC */
/* Output to a descriptor that the loop never blocks on. */
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"
#include "out.h"
#include "ready.h"

struct outlet {
	int fd, flags; /* flags: to be set again; -1: nothing is */
	struct ready *ready;
	void (*drained)(void *);
	void (*failed)(void *, int);
	void *arg;
	struct buf buf;
	size_t sent;
	bool kicked, blocked, dead;
};

static void die(struct outlet *o, int error)
{
	o->dead = true;
	buf_release(&o->buf);
	o->sent = 0;
	ready_want(o->ready, false);
	o->failed(o->arg, error);
}

static void flush(void *arg)
{
	struct outlet *o = arg;
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

struct outlet *outlet_new(struct event_base *base, int fd,
    void (*drained)(void *), void (*failed)(void *, int), void *arg)
{
	struct outlet *o = mem_zalloc(sizeof(*o));
	struct stat st;

	*o = (struct outlet){.fd = fd, .flags = -1, .drained = drained,
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

void outlet_free(struct outlet *o)
{
	if (!o)
		return;
	if (o->flags >= 0)
		fcntl(o->fd, F_SETFL, o->flags);
	ready_free(o->ready);
	buf_release(&o->buf);
	free(o);
}

void outlet_add(struct outlet *o, struct span s)
{
	if (o->dead)
		return;
	buf_addspan(&o->buf, s);
	if (o->kicked || o->blocked)
		return;
	o->kicked = true;
	ready_kick(o->ready);
}

size_t outlet_backlog(const struct outlet *o)
{
	return o->buf.len - o->sent;
}
