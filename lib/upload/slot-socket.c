/* SPDX-License-Identifier: ISC */
/* Reading lines of slots off local connections. */
#include "upload/slot-socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/address.h"
#include "io/ready.h"

enum {
	TELLERS_MAX = 16, /* connections at a time */
	READ = 64 * 1024,
};

struct teller {
	struct slot_socket *socket;
	struct teller *next;
	int fd;
	struct ready *ready;
	struct buf in;
	bool ended;
};

struct slot_socket {
	struct event_base *base;
	struct address *address;
	struct listening on;
	struct ready *ready;
	struct teller *first;
	size_t count;
	const struct slot_socket_owner *owner;
	void *arg;
	struct buf chars;
};

static void take_line(struct slot_socket *s, struct span line)
{
	struct slot slot;
	const char *why = slot_read(&slot, line, &s->chars);

	if (why)
		s->owner->bad(s->arg, why);
	else
		s->owner->slot(s->arg, &slot);
}

static void take_lines(struct teller *t)
{
	struct span rest = buf_span(&t->in);
	const char *lf;

	while (rest.n && (lf = memchr(rest.p, '\n', rest.n)) != NULL) {
		size_t n = (size_t)(lf - rest.p);

		take_line(t->socket, (struct span){rest.p, n});
		rest = (struct span){lf + 1, rest.n - n - 1};
	}
	if (rest.n > SLOT_LINE_MAX) {
		t->socket->owner->bad(t->socket->arg, "is too long");
		t->ended = true;
	}
	buf_consume(&t->in, t->in.len - rest.n);
}

/* All that is there. */
static void read_all(struct teller *t)
{
	ssize_t n = 1;

	while (n > 0 && !t->ended) {
		n = read(t->fd, buf_room(&t->in, READ), READ);
		if (n > 0) {
			t->in.len += (size_t)n;
			take_lines(t);
		}
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		t->ended = true;
}

static void free_teller(struct teller *t)
{
	ready_free(t->ready);
	close(t->fd);
	buf_release(&t->in);
	t->socket->count--;
	free(t);
}

static void free_ended(struct slot_socket *s)
{
	struct teller **at = &s->first;

	while (*at) {
		struct teller *t = *at;

		if (t->ended) {
			*at = t->next;
			free_teller(t);
		} else {
			at = &t->next;
		}
	}
}

static void on_data(void *arg)
{
	struct teller *t = arg;

	read_all(t);
	if (t->ended)
		free_ended(t->socket);
}

static void accept_all(struct slot_socket *s)
{
	int fd;

	while ((fd = address_accept(s->on.fds[0], NULL)) >= 0) {
		struct teller *t;

		if (s->count == TELLERS_MAX) {
			s->owner->bad(s->arg, "is of one connection too many");
			close(fd);
			continue;
		}
		t = mem_zalloc(sizeof(*t));
		*t = (struct teller){.socket = s, .next = s->first, .fd = fd};
		t->ready = ready_new(s->base, fd, false, on_data, t);
		ready_want(t->ready, true);
		s->first = t;
		s->count++;
	}
}

void slot_socket_drain(struct slot_socket *s)
{
	accept_all(s);
	for (struct teller *t = s->first; t; t = t->next)
		read_all(t);
	free_ended(s);
}

static void on_accept(void *arg)
{
	accept_all(arg);
}

struct slot_socket *slot_socket_new(struct event_base *base,
    struct address *a, const struct slot_socket_owner *owner, void *arg,
    struct buf *why)
{
	struct slot_socket *s = mem_zalloc(sizeof(*s));
	const char *reason = "only unix: is spoken there";

	*s = (struct slot_socket){.base = base, .address = a, .owner = owner,
	    .arg = arg};
	if (a->kind != ADDRESS_UNIX || !address_listen(a, &s->on, &reason)) {
		buf_addf(why, "cannot listen on '%s': %s", a->text, reason);
		free(s);
		return NULL;
	}
	(void)chmod(a->path, 0600);
	s->ready = ready_new(base, s->on.fds[0], false, on_accept, s);
	ready_want(s->ready, true);
	return s;
}

void slot_socket_free(struct slot_socket *s)
{
	if (!s)
		return;
	for (struct teller *t = s->first; t; t = t->next)
		t->ended = true;
	free_ended(s);
	ready_free(s->ready);
	address_unlisten(s->address, &s->on);
	buf_release(&s->chars);
	free(s);
}
