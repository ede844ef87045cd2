/* SPDX-License-Identifier: ISC */
/* Writing and reading the review journal. */
#define _GNU_SOURCE /* pipe2 */
#include "review/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/out.h"
#include "journal/journal.h"
#include "record/proof.h"
#include "record/reader.h"

struct ledger {
	struct journal_writer *writer;
	int to, from;	 /* the pipe that lines come back by */
	struct reader in;
	size_t due;	 /* lines that are to come back */
	size_t pending;	 /* bytes */
};

struct ledger *ledger_open(const char *path, struct digest *proof,
    struct journal_tail *tail, struct journal_error *e)
{
	struct journal_settings set = {.path = path,
	    .segment_size = JOURNAL_SEGMENT,
	    .segment_age = (int64_t)JOURNAL_DAY * 1000000,
	    .ahead = LEDGER_MOST, .compress = true, .ids = JOURNAL_IDS,
	    .proof = proof};
	struct ledger *l = mem_zalloc(sizeof(*l));
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		mem_exhausted();
	l->from = fd[0];
	l->to = set.out = fd[1];
	set.held = out_pipe_size(l->to);
	reader_init(&l->in, l->from);
	l->writer = writer_open(&set, tail, e);
	if (l->writer)
		return l;
	ledger_close(l, e);
	return NULL;
}

enum writer_finding ledger_add(
    struct ledger *l, struct span line, const struct record *r)
{
	enum writer_finding found =
	    writer_add(l->writer, line, r, (struct span){NULL, 0});

	l->due += found != WRITER_FAILED && found != WRITER_TOO_LONG;
	l->pending += line.n;
	return found;
}

size_t ledger_pending(const struct ledger *l)
{
	return l->pending;
}

/* Until there is something to read; the writer's alarm may be its failure. */
static bool await(struct ledger *l)
{
	struct pollfd p[] = {{l->from, POLLIN, 0},
	    {writer_alarm(l->writer), POLLIN, 0}};

	for (;;) {
		int n = poll(p, 2, -1);

		if (n < 0 && errno != EINTR)
			mem_exhausted();
		if (n > 0 && p[1].revents && !writer_answer(l->writer))
			return false;
		if (n > 0 && p[0].revents)
			return true;
	}
}

bool ledger_commit(
    struct ledger *l, void (*back)(void *, struct span), void *arg)
{
	struct record r;

	l->pending = 0;
	if (!writer_offer(l->writer))
		return false;
	while (l->due) {
		switch (reader_next(&l->in, &r)) {
		case READER_RECORD:
			l->due--;
			back(arg,
			    (struct span){l->in.line.p, l->in.line.n + 1});
			break;
		case READER_DRAINED:
			if (!await(l))
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

int ledger_due(const struct ledger *l)
{
	return writer_due(l->writer);
}

bool ledger_rest(struct ledger *l)
{
	return writer_tick(l->writer, true);
}

bool ledger_close(struct ledger *l, struct journal_error *e)
{
	bool ok = !l->writer || writer_close(l->writer, e);

	reader_release(&l->in);
	close(l->from);
	close(l->to);
	free(l);
	return ok;
}

/* As it came back when it was written. */
static void prove(struct buf *out, struct digest *d, struct span journal,
    uint64_t seq, const struct record *r)
{
	unsigned char raw[DIGEST_RAW];
	struct buf proof = BUF_EMPTY;
	struct record proven = *r;

	buf_reset(out);
	if (d && journal.p) {
		proof_write(&proof, d, journal, seq, r, raw);
		proven.field[RECORD_PROOF] = buf_span(&proof);
	}
	record_write(out, &proven);
	buf_release(&proof);
}

bool ledger_read(struct journal_reader *j, struct digest *d, struct holds *s)
{
	struct buf line = BUF_EMPTY;
	struct journal_line l;
	enum journal_item item;
	struct record r;

	do {
		item = journal_next(j, &l);
		if (item != JOURNAL_RECORD ||
		    record_parse(&r, l.text.p, l.text.n))
			continue;
		prove(&line, d, journal_id(j), l.seq, &r);
		(void)holds_review(s, &r, buf_span(&line));
	} while (item != JOURNAL_END && item != JOURNAL_ERROR);
	buf_release(&line);
	return item == JOURNAL_END;
}
