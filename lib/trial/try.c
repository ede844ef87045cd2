/* SPDX-License-Identifier: ISC */
/* Deciding records by two policies, to the end. */
#include "trial/try.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "io/out.h"
#include "record/reader.h"
#include "trial/compare.h"
#include "trial/progress.h"

struct state {
	struct reader in;
	struct out out;
	struct compare *compare;
	struct tally tally;
	struct report report;
	struct progress progress;
	bool shown;
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	struct buf line;
	uint64_t bad;
};

static void show_progress(struct state *t, struct span time)
{
	if (!t->shown || !t->tally.records || !progress_due(&t->progress))
		return;
	buf_reset(&t->line);
	progress_line(&t->progress, &t->tally, time, &t->line);
	(void)out_write(STDERR_FILENO, t->line.data, t->line.len);
}

static bool write_out(struct state *t)
{
	if (t->shown && t->out.buf.len)
		(void)out_write(STDERR_FILENO, PROGRESS_CLEAR,
		    sizeof(PROGRESS_CLEAR) - 1);
	return out_flush(&t->out);
}

/* Decide what was taken in, and see what differs. */
static bool try_taken(struct state *t)
{
	struct span time = {NULL, 0};
	struct compared c;

	compare_run(t->compare);
	while (compare_next(t->compare, &c)) {
		time = c.record.field[RECORD_TIME];
		if (c.fault) {
			t->say("line %" PRIu64 ": %s", c.number, c.fault);
			t->bad++;
			continue;
		}
		tally_add(&t->tally, &c.before, &c.after);
		if (outcome_differs(&c.before, &c.after))
			report_record(&t->report, &c, &t->out.buf);
	}
	if (!write_out(t))
		return false;
	show_progress(t, time);
	return true;
}

static bool take(struct state *t, enum reader_item item, const struct record *r)
{
	if (item == READER_BAD) {
		t->say("line %" PRIu64 ": %s", t->in.number, t->in.why);
		t->bad++;
	}
	if (item == READER_DRAINED)
		return try_taken(t);
	if (item != READER_RECORD ||
	    compare_add(t->compare, r, t->in.line, t->in.number))
		return true;
	return try_taken(t) &&
	    compare_add(t->compare, r, t->in.line, t->in.number);
}

/* Until the end of the input; returns the exit status. */
static int try_all(struct state *t)
{
	enum reader_item item = READER_DRAINED;
	struct record r;
	bool ok = true;

	report_begin(&t->report, &t->out.buf);
	while (ok && (item = reader_next(&t->in, &r)) != READER_END) {
		if (item == READER_ERROR) {
			t->say("cannot read standard input: %s", strerror(errno));
			return EX_IOERR;
		}
		ok = take(t, item, &r);
	}
	ok = ok && try_taken(t);
	report_end(&t->report, &t->tally, &t->out.buf);
	if (!ok || !write_out(t)) {
		t->say("cannot write to standard output: %s", strerror(errno));
		return EX_IOERR;
	}
	if (t->bad)
		return EX_DATAERR;
	return t->tally.differing ? 1 : EX_OK;
}

int trial_run(const struct trial *trial)
{
	struct state t = {.out = {.fd = STDOUT_FILENO},
	    .report.format = trial->format,
	    .shown = trial->shown,
	    .say = trial->say};
	int status;

	for (size_t i = 0; i < policy_rules(trial->after); i++)
		tally_rule(&t.tally, policy_rule_name(trial->after, i));
	t.compare = compare_new(trial->before, trial->after);
	reader_init(&t.in, STDIN_FILENO);
	progress_begin(&t.progress, STDIN_FILENO);
	status = try_all(&t);
	reader_release(&t.in);
	compare_free(t.compare);
	tally_release(&t.tally);
	report_release(&t.report);
	buf_release(&t.out.buf);
	buf_release(&t.line);
	return status;
}
