/* SPDX-License-Identifier: ISC */
/* Deciding beside a stage. */
#include "trial/shade.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "io/launch.h"
#include "io/out.h"
#include "record/reader.h"
#include "trial/trial.h"

struct state {
	struct policy *policy;
	struct reader in;
	struct out out;
	struct buf told; /* what the stage made of the next record */
	uint64_t bad;
};

static int open_file(const struct shade *s)
{
	int fd = open(s->file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		s->say("shadow: cannot open '%s': %s", s->file,
		    strerror(errno));
	return fd;
}

static int open_journal(const struct shade *s, pid_t *writer)
{
	/* An earlier pipeline may still have it. */
	char wait[] = "--wait";
	char *const argv[] = {(char *)s->writer, wait, (char *)s->journal,
	    NULL};
	int ends[2];

	if (pipe(ends) == 0) {
		fcntl(ends[0], F_SETFD, FD_CLOEXEC);
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		*writer = launch_start(&(struct launch){.path = s->writer,
		    .argv = argv, .in = ends[0], .out = -1});
		close(ends[0]);
		if (*writer > 0)
			return ends[1];
		close(ends[1]);
	}
	s->say("shadow: cannot start '%s': %s", s->writer, strerror(errno));
	return -1;
}

static struct span next_column(struct span *rest)
{
	const char *tab = rest->n ? memchr(rest->p, '\t', rest->n) : NULL;
	struct span column = {rest->p, tab ? (size_t)(tab - rest->p) : rest->n};
	size_t taken = column.n + (tab != NULL);

	*rest = (struct span){rest->p + taken, rest->n - taken};
	return column;
}

/* "#VERDICT", TAB, the reason, TAB, and a stanza that was changed. */
static bool read_told(const struct buf *told, struct outcome *was)
{
	struct span rest = buf_span(told), verdict = next_column(&rest);
	int found;

	if (verdict.n < 2)
		return false;
	found = verdict_from((struct span){verdict.p + 1, verdict.n - 1});
	if (found < 0 || found >= VERDICT_DELIVER)
		return false;
	was->verdict = (enum verdict)found;
	was->reason = next_column(&rest);
	was->stanza = rest;
	return true;
}

static void judge(struct state *t, struct record *r)
{
	struct outcome was, is;
	const char *why;

	if (!read_told(&t->told, &was))
		return;
	if (!was.stanza.n)
		was.stanza = r->field[RECORD_STANZA];
	if (policy_decide(t->policy, r, &why, NULL) == POLICY_BAD) {
		t->bad++;
		return;
	}
	is = (struct outcome){.verdict = r->verdict,
	    .reason = r->field[RECORD_REASON],
	    .stanza = r->field[RECORD_STANZA]};
	if (outcome_differs(&was, &is))
		outcome_record(&t->out.buf, r, &was);
}

static bool handle(struct state *t, enum reader_item item, struct record *r)
{
	if (item == READER_COMMENT) {
		buf_reset(&t->told);
		buf_addspan(&t->told, t->in.line);
		return true;
	}
	if (item == READER_DRAINED)
		return out_flush(&t->out);
	if (item == READER_RECORD)
		judge(t, r);
	buf_reset(&t->told);
	return out_spill(&t->out);
}

/* Until the end; false with errno. */
static bool run(struct state *t)
{
	enum reader_item item;
	struct record r;

	while ((item = reader_next(&t->in, &r)) != READER_END) {
		if (item == READER_ERROR || !handle(t, item, &r))
			return false;
	}
	return out_flush(&t->out);
}

static int await(pid_t writer)
{
	int status = 0;

	while (writer > 0 && waitpid(writer, &status, 0) < 0) {
		if (errno != EINTR)
			return EX_OSERR;
	}
	return status == 0 ? EX_OK : EX_IOERR;
}

int shade_run(const struct shade *s)
{
	pid_t writer = -1;
	struct state t = {.policy = s->policy,
	    .out = {.fd = s->file ? open_file(s)
				  : open_journal(s, &writer)}};
	int status = EX_OK;

	if (t.out.fd < 0)
		return EX_IOERR;
	reader_init(&t.in, STDIN_FILENO);
	if (!run(&t)) {
		status = EX_IOERR;
		s->say("shadow: cannot write what differs: %s",
		    strerror(errno));
	}
	close(t.out.fd);
	reader_release(&t.in);
	buf_release(&t.out.buf);
	buf_release(&t.told);
	if (t.bad)
		s->say("shadow: %llu records cannot be decided",
		    (unsigned long long)t.bad);
	return status != EX_OK ? status : await(writer);
}
