/* SPDX-License-Identifier: ISC */
/* Taking notes in, for who writes a journal. */
#define _GNU_SOURCE /* accept4 */
#include "journal/notes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/internal.h"
#include "journal/notes-internal.h"

enum {
	CONNECTIONS = 8, /* at a time; more wait */
	BATCH = 256,	 /* requests that are flushed together */
	OUT_MAX = 64 * 1024, /* answers that nobody has read */
	SOCKET_MASK = 0177,
};

struct connection {
	int fd; /* -1: free */
	struct buf in, out;
};

struct notes {
	struct journal_writer *writer;
	int dir, listener, events;
	struct connection at[CONNECTIONS];
};

void notes_address(struct sockaddr_un *un, int dir)
{
	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(un->sun_path, sizeof(un->sun_path), "/proc/self/fd/%d/%s",
	    dir, NOTES_SOCKET);
}

static bool watch(struct notes *n, int fd, uint64_t what)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = what};

	return epoll_ctl(n->events, EPOLL_CTL_ADD, fd, &e) == 0;
}

static bool bind_socket(int fd, int dir)
{
	struct sockaddr_un un;
	mode_t mask;
	int rc;

	notes_address(&un, dir);
	if (unlinkat(dir, NOTES_SOCKET, 0) != 0 && errno != ENOENT)
		return false;
	mask = umask(SOCKET_MASK);
	rc = bind(fd, (const struct sockaddr *)&un, sizeof(un));
	umask(mask);
	return rc == 0 && listen(fd, CONNECTIONS) == 0;
}

struct notes *notes_open(struct journal_writer *w)
{
	struct notes *n = mem_zalloc(sizeof(*n));
	int saved;

	n->writer = w;
	n->dir = w->dir;
	for (int i = 0; i < CONNECTIONS; i++)
		n->at[i].fd = -1;
	n->events = epoll_create1(EPOLL_CLOEXEC);
	n->listener = socket(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->events >= 0 && n->listener >= 0 &&
	    bind_socket(n->listener, n->dir) &&
	    watch(n, n->listener, CONNECTIONS))
		return n;
	saved = errno;
	notes_close(n);
	errno = saved;
	return NULL;
}

static void drop(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buf_release(&c->in);
	buf_release(&c->out);
}

void notes_close(struct notes *n)
{
	if (!n)
		return;
	for (int i = 0; i < CONNECTIONS; i++)
		drop(&n->at[i]);
	if (n->listener >= 0) {
		(void)unlinkat(n->dir, NOTES_SOCKET, 0);
		close(n->listener);
	}
	if (n->events >= 0)
		close(n->events);
	free(n);
}

int notes_fd(const struct notes *n)
{
	return n->events;
}

static void welcome(struct notes *n)
{
	int fd = accept4(n->listener, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	int i = 0;

	while (i < CONNECTIONS && n->at[i].fd >= 0)
		i++;
	if (fd < 0)
		return;
	/* Whoever is turned away comes again. */
	if (i == CONNECTIONS || !watch(n, fd, (uint64_t)i)) {
		close(fd);
		return;
	}
	n->at[i].fd = fd;
}

/* Take what is there; false at its end, or where too much is. */
static bool take_in(struct connection *c)
{
	ssize_t got = read(c->fd, buf_room(&c->in, OUT_MAX), OUT_MAX);

	if (got > 0)
		c->in.len += (size_t)got;
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Answer the lines that are there; *fine is false if the writer failed. */
static bool answer(struct notes *n, struct connection *c, bool *fine)
{
	struct span request[BATCH];
	struct note_place place[BATCH];
	const char *why[BATCH], *p = c->in.data, *lf;
	const char *end = p + c->in.len;
	size_t count = 0;

	while (count < BATCH &&
	    (lf = memchr(p, '\n', (size_t)(end - p)))) {
		request[count++] = (struct span){p, (size_t)(lf - p)};
		p = lf + 1;
	}
	if (!count)
		return c->in.len <= NOTE_REQUEST_MAX;
	*fine = notes_journal(n->writer, request, count, place, why);
	if (!*fine)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (place[i].seq)
			buf_addf(&c->out, "%llu:%.*s\n",
			    (unsigned long long)place[i].seq, DIGEST_HEX,
			    place[i].chain);
		else
			buf_addf(&c->out, "error: %s\n", why[i]);
	}
	buf_consume(&c->in, (size_t)(p - c->in.data));
	return true;
}

static bool has_line(const struct connection *c)
{
	return c->in.len && memchr(c->in.data, '\n', c->in.len);
}

/* Answers that its reader does not take at once are too many: it has asked
 * for them without reading. */
static bool give_out(struct connection *c)
{
	ssize_t sent = 0;

	if (c->out.len)
		sent = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
	if (sent > 0)
		buf_consume(&c->out, (size_t)sent);
	return c->out.len == 0;
}

static bool attend(struct notes *n, struct connection *c)
{
	bool fine = true, open = take_in(c);

	do {
		if (!answer(n, c, &fine) || !give_out(c))
			open = false;
	} while (open && has_line(c));
	if (!open)
		drop(c);
	return fine;
}

bool notes_serve(struct notes *n)
{
	struct epoll_event e[CONNECTIONS + 1];
	int count = epoll_wait(n->events, e, CONNECTIONS + 1, 0);

	for (int i = 0; i < count; i++) {
		if (e[i].data.u64 == CONNECTIONS)
			welcome(n);
		else if (!attend(n, &n->at[e[i].data.u64]))
			return false;
	}
	return true;
}
