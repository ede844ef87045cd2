/* SPDX-License-Identifier: ISC */
/* cup-log: journal records, and pass on only what is on disk. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "io/ending.h"
#include "io/out.h"
#include "journal/notes.h"
#include "journal/write.h"
#include "record/reader.h"

enum {
	SEGMENT_MIN = 4096,
	SECOND = 1000, /* of the milliseconds of cli_duration */
	YEAR = 366 * 86400,
	AHEAD_MAX = 1 << 30,
	IDS_MAX = 1 << 24,
};

struct options {
	char *key, *heads, *status, *journal, *node;
	uint64_t segment_size, segment_age, ahead, ids;
	int wait;
	bool compress;
};

struct log {
	const char *journal;
	const char *node; /* NULL: of any */
	struct reader in;
	int ending; /* readable once it shall end */
	struct journal_writer *writer;
	struct notes *notes; /* NULL: none are taken in */
	bool bad;    /* a line was dropped */
	bool unread; /* reading failed */
};

static char *only_operand(poptContext ctx)
{
	const char *journal = poptGetArg(ctx);

	if (!journal)
		cli_misuse("no journal given");
	if (poptPeekArg(ctx))
		cli_misuse("one journal at a time: '%s'", poptPeekArg(ctx));
	return mem_strdup(journal);
}

static void replace(char **value, char *by)
{
	free(*value);
	*value = by;
}

static void take_compress(struct options *o, char *value)
{
	o->compress = strcmp(value, "yes") == 0;
	if (!o->compress && strcmp(value, "no") != 0)
		cli_misuse("option '--compress': '%s' is not yes or no", value);
	free(value);
}

static void take_option(struct options *o, poptContext ctx, int option)
{
	switch (option) {
	case 'k':
		replace(&o->key, cli_argument(ctx));
		break;
	case 'H':
		replace(&o->heads, cli_argument(ctx));
		break;
	case 'S':
		replace(&o->status, cli_argument(ctx));
		break;
	case 'n':
		replace(&o->node, cli_argument(ctx));
		break;
	case 's':
		o->segment_size = cli_size(ctx, "segment-size", SEGMENT_MIN,
		    INT64_MAX);
		break;
	case 'a':
		o->segment_age = cli_duration(ctx, "segment-age", 0,
		    (uint64_t)10 * YEAR * SECOND);
		break;
	case 'A':
		o->ahead = cli_size(ctx, "write-ahead", 0, AHEAD_MAX);
		break;
	case 'c':
		take_compress(o, cli_argument(ctx));
		break;
	case 'i':
		o->ids = cli_size(ctx, "ids", 0, IDS_MAX);
		break;
	}
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"key", '\0', POPT_ARG_STRING, NULL, 'k',
		"Make proofs with the key in this file", "FILE"},
	    {"heads", '\0', POPT_ARG_STRING, NULL, 'H',
		"Append the journal's head to this file at times", "FILE"},
	    {"status-file", '\0', POPT_ARG_STRING, NULL, 'S',
		"Say in this file how it does", "FILE"},
	    {"node", '\0', POPT_ARG_STRING, NULL, 'n',
		"Take only this node's records", "NAME"},
	    {"wait", '\0', POPT_ARG_NONE, &o->wait, 0,
		"Wait while another writer has the journal", NULL},
	    {"segment-size", '\0', POPT_ARG_STRING, NULL, 's',
		"Begin a new segment at this size (256M)", "SIZE"},
	    {"segment-age", '\0', POPT_ARG_STRING, NULL, 'a',
		"Begin a new segment at this age (1d; 0: never)", "DURATION"},
	    {"write-ahead", '\0', POPT_ARG_STRING, NULL, 'A',
		"Keep that much space written ahead (4M; 0: none)", "SIZE"},
	    {"compress", '\0', POPT_ARG_STRING, NULL, 'c',
		"Compress segments that are done with (yes)", "yes|no"},
	    {"ids", '\0', POPT_ARG_STRING, NULL, 'i',
		"Remember that many ids (65536)", "NUMBER"},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "JOURNAL", false);
	int option;

	while ((option = cli_next(ctx)) >= 0)
		take_option(o, ctx, option);
	o->journal = only_operand(ctx);
	poptFreeContext(ctx);
}

static void report_recovery(const char *journal, const struct journal_tail *t)
{
	if (t->closed)
		return;
	if (t->torn)
		diag_warn("journal '%s': its last writer did not close it: "
			  "%lld bytes that were torn are cut off and kept in "
			  "'%s'",
		    journal, (long long)t->torn, t->kept);
	else
		diag_warn("journal '%s': its last writer did not close it, "
			  "nothing is torn",
		    journal);
}

/* It is no end: the records are on disk all the same. */
static void tell_trouble(struct log *l)
{
	struct journal_error e = {.fault = FAULT_NONE};

	if (writer_trouble(l->writer, &e))
		journal_report(l->journal, &e);
}

/* Wait for input; false if something else ends the program. */
static bool await_input(struct log *l)
{
	struct pollfd p[] = {{l->in.fd, POLLIN, 0}, {l->ending, POLLIN, 0},
	    {writer_alarm(l->writer), POLLIN, 0},
	    {l->notes ? notes_fd(l->notes) : -1, POLLIN, 0}};

	for (;;) {
		int n = poll(p, 4, writer_due(l->writer));

		tell_trouble(l);
		if (n < 0 && errno != EINTR)
			diag_die_errno(EX_OSERR, "cannot wait for input");
		if (n > 0 && p[2].revents && !writer_answer(l->writer))
			return false;
		if (n > 0 && p[3].revents && !notes_serve(l->notes))
			return false;
		if (!writer_tick(l->writer, n == 0) || ending_caught())
			return false;
		if (n > 0 && p[0].revents)
			return true;
	}
}

static bool journal_record(struct log *l, const struct record *r)
{
	enum writer_finding found;

	if (l->node && !span_is(r->field[RECORD_NODE], l->node)) {
		diag_warn("line %" PRIu64 ": is of node '%.*s', not of '%s'",
		    l->in.number, SPAN_ARG(r->field[RECORD_NODE]), l->node);
		l->bad = true;
		return true;
	}
	found = writer_add(l->writer, l->in.line, r,
	    reader_peek(&l->in, UUID_LEN));
	if (found == WRITER_CONFLICT)
		diag_warn("line %" PRIu64 ": id %.*s is journaled already "
			  "with another stanza",
		    l->in.number, SPAN_ARG(r->field[RECORD_ID]));
	if (found == WRITER_TOO_LONG) {
		diag_warn("line %" PRIu64 ": is too long to be journaled as "
			  "a conflict",
		    l->in.number);
		l->bad = true;
	}
	return found != WRITER_FAILED;
}

/* Until the end of input, a signal or a fault. */
static void run(struct log *l)
{
	struct record r;
	bool ok = true;

	while (ok) {
		switch (reader_next(&l->in, &r)) {
		case READER_RECORD:
			ok = journal_record(l, &r);
			break;
		case READER_COMMENT:
			ok = writer_comment(l->writer, l->in.line);
			break;
		case READER_BAD:
			diag_warn("line %" PRIu64 ": %s", l->in.number,
			    l->in.why);
			l->bad = true;
			break;
		case READER_DRAINED:
			ok = writer_offer(l->writer) && await_input(l);
			break;
		case READER_END:
			return;
		case READER_ERROR:
			diag_warn_errno("cannot read standard input");
			l->unread = true;
			return;
		}
	}
}

static struct digest *proof_digest(const char *key)
{
	const char *why;
	struct digest *d = key ? digest_from_file(key, &why)
			       : digest_new(NULL, 0);

	if (!d)
		diag_die(EX_CONFIG, "key '%s': %s", key, why);
	return d;
}

static int serve(const struct options *o, struct digest *proof)
{
	const struct journal_settings set = {.path = o->journal,
	    .segment_size = o->segment_size,
	    .segment_age = (int64_t)o->segment_age * 1000,
	    .ahead = o->ahead,
	    .compress = o->compress,
	    .ids = o->ids,
	    .heads = o->heads,
	    .status = o->status,
	    .wait = o->wait,
	    .proof = proof,
	    .out = STDOUT_FILENO,
	    .held = out_pipe_size(STDIN_FILENO)};
	struct log l = {.journal = o->journal, .node = o->node};
	struct journal_error e = {.fault = FAULT_NONE};
	struct journal_tail tail;

	l.writer = writer_open(&set, &tail, &e);
	if (!l.writer) {
		journal_report(o->journal, &e);
		return journal_code(&e);
	}
	report_recovery(o->journal, &tail);
	l.ending = ending_catch();
	if (l.ending < 0)
		diag_die_errno(EX_OSERR, "cannot watch signals");
	reader_init(&l.in, STDIN_FILENO);
	out_pipe_size(STDOUT_FILENO);
	/* Records do not depend on it. */
	l.notes = notes_open(l.writer);
	if (!l.notes)
		diag_warn_errno("journal '%s': no socket for cup-prune",
		    o->journal);
	run(&l);
	notes_close(l.notes);
	tell_trouble(&l);
	if (!writer_close(l.writer, &e))
		journal_report(o->journal, &e);
	ending_release();
	reader_release(&l.in);
	if (e.fault)
		return journal_code(&e);
	if (ending_caught())
		raise(ending_caught());
	return l.unread ? EX_IOERR : l.bad ? EX_DATAERR : EX_OK;
}

int main(int argc, const char **argv)
{
	struct options o = {.segment_size = JOURNAL_SEGMENT,
	    .segment_age = (uint64_t)JOURNAL_DAY * SECOND,
	    .ahead = JOURNAL_AHEAD,
	    .compress = true,
	    .ids = JOURNAL_IDS};
	struct digest *proof;
	int code;

	parse(&o, argc, argv);
	/* Else the journal would be opened in their place. */
	if (fcntl(STDIN_FILENO, F_GETFD) < 0 ||
	    fcntl(STDOUT_FILENO, F_GETFD) < 0)
		diag_die_errno(EX_IOERR, "standard input or output");
	/* A file that may not grow is an error of its write, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	proof = proof_digest(o.key);
	code = serve(&o, proof);
	digest_free(proof);
	free(o.key);
	free(o.heads);
	free(o.status);
	free(o.node);
	free(o.journal);
	if (code == EX_OK)
		cli_close_stdout();
	return code;
}
