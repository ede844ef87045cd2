/* SPDX-License-Identifier: ISC */
/* Having notes made. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/trusted.h"
#include "journal/notes-internal.h"
#include "journal/notes.h"

enum {
	BATCH = 64,   /* requests before their answers are read */
	TRIES = 100,  /* to reach a writer that begins, or has just ended */
	PAUSE = 50,   /* milliseconds between them */
	PATIENCE = 60, /* seconds for an answer */
};

struct notes_client {
	int fd; /* -1: it writes itself */
	struct journal_writer *writer;
	struct digest *proof;
	struct buf in, out;
};

static int reach(int dir)
{
	struct timeval patience = {.tv_sec = PATIENCE};
	struct sockaddr_un un;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	notes_address(&un, dir);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	return fd;
}

static bool become(struct notes_client *c, const char *journal,
    struct journal_error *e)
{
	struct journal_settings set = {.path = journal,
	    .segment_size = JOURNAL_SEGMENT,
	    .segment_age = (int64_t)JOURNAL_DAY * 1000000,
	    .proof = c->proof, .out = STDOUT_FILENO};
	struct journal_tail tail;

	c->writer = writer_open(&set, &tail, e);
	return c->writer;
}

/* One that ends between the two, or has the lock and not yet its socket, is
 * met again. */
static bool either(struct notes_client *c, int dir, const char *journal,
    struct journal_error *e)
{
	static const struct timespec pause = {0, PAUSE * 1000000L};

	for (int i = 0; i < TRIES; i++) {
		c->fd = reach(dir);
		if (c->fd >= 0)
			return true;
		if (errno != ECONNREFUSED && errno != ENOENT)
			return journal_fail(e, FAULT_SYSTEM,
			    "cannot reach its writer");
		if (become(c, journal, e))
			return true;
		if (e->fault != FAULT_LOCKED)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

struct notes_client *notes_connect(const char *journal,
    struct journal_error *e)
{
	struct notes_client *c = mem_zalloc(sizeof(*c));
	int dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *why = dir < 0 ? NULL : trusted_file(dir, false);
	bool ok = false;

	c->fd = -1;
	c->proof = digest_new(NULL, 0);
	if (dir < 0)
		journal_fail(e, FAULT_SYSTEM, "cannot open '%s'", journal);
	else if (why)
		journal_fail(e, FAULT_UNTRUSTED, "'%s' %s", journal, why);
	else
		ok = either(c, dir, journal, e);
	if (dir >= 0)
		close(dir);
	if (!ok) {
		digest_free(c->proof);
		free(c);
		return NULL;
	}
	return c;
}

static bool send_all(struct notes_client *c)
{
	size_t sent = 0;

	while (sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + sent, c->out.len - sent,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		sent += (size_t)n;
	}
	buf_reset(&c->out);
	return true;
}

/* The next line of answers in the buffer, with its LF; n 0 with errno. */
static struct span next_answer(struct notes_client *c)
{
	for (;;) {
		char *lf = c->in.len ? memchr(c->in.data, '\n', c->in.len)
				     : NULL;
		ssize_t n;

		if (lf)
			return (struct span){c->in.data,
			    (size_t)(lf + 1 - c->in.data)};
		n = read(c->fd, buf_room(&c->in, 4096), 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ECONNRESET;
		if (n <= 0)
			return (struct span){"", 0};
		c->in.len += (size_t)n;
	}
}

static bool take_answer(struct notes_client *c, struct note_place *place,
    struct journal_error *e)
{
	struct span line = next_answer(c), seq;
	const char *colon;

	if (!line.n)
		return journal_fail(e, FAULT_SYSTEM,
		    "its writer does not answer");
	colon = memchr(line.p, ':', line.n);
	seq = (struct span){line.p, colon ? (size_t)(colon - line.p) : 0};
	if (span_is(seq, "error"))
		return journal_fail(e, FAULT_CORRUPT,
		    "its writer refuses a note:%.*s",
		    (int)(line.n - seq.n - 2), colon + 1);
	if (!quantity_digits(seq, &place->seq) ||
	    line.n != seq.n + 1 + DIGEST_HEX + 1) {
		errno = EPROTO;
		return journal_fail(e, FAULT_SYSTEM, "its writer");
	}
	memcpy(place->chain, colon + 1, DIGEST_HEX);
	buf_consume(&c->in, line.n);
	return true;
}

static bool ask(struct notes_client *c, const struct span *requests, size_t n,
    struct note_place *place, struct journal_error *e)
{
	for (size_t i = 0; i < n; i++) {
		buf_addspan(&c->out, requests[i]);
		buf_addc(&c->out, '\n');
	}
	if (!send_all(c))
		return journal_fail(e, FAULT_SYSTEM, "cannot ask its writer");
	for (size_t i = 0; i < n; i++) {
		if (!take_answer(c, &place[i], e))
			return false;
	}
	return true;
}

static bool write_itself(struct notes_client *c, const struct span *requests,
    size_t n, struct note_place *place, struct journal_error *e)
{
	const char *why[BATCH];

	if (!notes_journal(c->writer, requests, n, place, why)) {
		struct journal_writer *w = c->writer;

		c->writer = NULL;
		(void)writer_close(w, e);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!place[i].seq)
			return journal_fail(e, FAULT_CORRUPT, "a note %s",
			    why[i]);
	}
	return true;
}

bool notes_write(struct notes_client *c, const struct span *requests, size_t n,
    struct note_place *place, struct journal_error *e)
{
	for (size_t done = 0; done < n; done += BATCH) {
		size_t some = n - done < BATCH ? n - done : BATCH;

		if (c->fd >= 0 ? !ask(c, requests + done, some, place + done, e)
			: !write_itself(c, requests + done, some, place + done,
			      e))
			return false;
	}
	return true;
}

bool notes_leave(struct notes_client *c, struct journal_error *e)
{
	bool ok;

	if (!c)
		return true;
	if (c->fd >= 0)
		close(c->fd);
	ok = !c->writer || writer_close(c->writer, e);
	digest_free(c->proof);
	buf_release(&c->in);
	buf_release(&c->out);
	free(c);
	return ok;
}
