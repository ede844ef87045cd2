/* SPDX-License-Identifier: ISC */
/* cup-verify: prove a journal whole and unaltered, or one record of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "journal/journal.h"
#include "prune/show.h"
#include "record/record.h"
#include "seal/evidence.h"
#include "seal/store.h"
#include "seal/tell.h"
#include "seal/verify.h"

enum {
	AGE_MAX = 2000000000, /* milliseconds, three weeks */
	RECORD_FILE_MAX = RECORD_LINE_MAX + 256,
};

struct options {
	struct expected_heads heads;
	bool headed;
	int quiet, quorum, removed, indexes;
	struct trust trust;
	char **checkpoint; /* files */
	size_t checkpoints;
	char *proof; /* the id of a record */
	poptContext ctx;
};

static void take_heads(struct options *o, char *text)
{
	size_t before = o->heads.count;
	long bad = 0;

	o->headed = true;
	if (*text != '@') {
		if (!expected_add(&o->heads, text))
			cli_misuse("option '--head': '%s' is not SEQ:CHAIN",
			    text);
	} else {
		bad = expected_add_file(&o->heads, text + 1);
	}
	if (bad < 0)
		diag_die_errno(EX_IOERR, "cannot read '%s'", text + 1);
	if (bad > 0)
		diag_die(EX_DATAERR, "%s:%ld: is not SEQ:CHAIN", text + 1, bad);
	if (o->heads.count == before)
		diag_die(EX_DATAERR, "'%s' has no head in it", text + 1);
	free(text);
}

static void take_key(const char *option, const char *why, char *text)
{
	if (why)
		cli_misuse("option '--%s': '%s' %s", option, text, why);
	free(text);
}

static void set_one(struct options *o, int row)
{
	char *text;

	if (row == 'a') {
		o->trust.max_age =
		    cli_duration(o->ctx, "max-age", 1000, AGE_MAX) / 1000;
		return;
	}
	text = cli_argument(o->ctx);
	if (row == 'H') {
		take_heads(o, text);
	} else if (row == 'k') {
		take_key("key", trust_log(&o->trust, text), text);
	} else if (row == 'w') {
		take_key("witness-key", trust_witness(&o->trust, text), text);
	} else if (row == 'c') {
		o->checkpoint = mem_resize(o->checkpoint, o->checkpoints + 1,
		    sizeof(*o->checkpoint));
		o->checkpoint[o->checkpoints++] = text;
	} else {
		free(o->proof);
		o->proof = text;
	}
}

static const char *conflict(struct options *o)
{
	bool keys = o->trust.witnesses || o->quorum || o->trust.max_age;

	if (o->quorum < 0 || (unsigned)o->quorum > o->trust.witnesses)
		return "option '--quorum': there are not so many "
		       "'--witness-key'";
	if (!o->trust.logs && !o->proof && (o->checkpoints || keys))
		return "no '--key' given: whose checkpoints are they?";
	if (o->trust.max_age && !o->trust.witnesses)
		return "'--max-age' needs a '--witness-key': nobody else "
		       "says when";
	if (o->proof && (o->headed || keys || o->trust.logs))
		return "'--proof' takes no keys and no heads: it is whoever "
		       "is shown the proof that checks it";
	if (o->proof && o->checkpoints > 1)
		return "option '--checkpoint': a proof has one";
	return NULL;
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"head", '\0', POPT_ARG_STRING, NULL, 'H',
		"It must have this head; @FILE: each head in the file",
		"SEQ:CHAIN"},
	    {"key", '\0', POPT_ARG_STRING, NULL, 'k',
		"It must be as this key has sealed it", "VKEY"},
	    {"checkpoint", '\0', POPT_ARG_STRING, NULL, 'c',
		"Not as those in it, but as this one says", "FILE"},
	    {"witness-key", '\0', POPT_ARG_STRING, NULL, 'w',
		"A witness that is believed", "VKEY"},
	    {"quorum", '\0', POPT_ARG_INT, &o->quorum, 0,
		"So many of these must have cosigned", "N"},
	    {"max-age", '\0', POPT_ARG_STRING, NULL, 'a',
		"And seen it not longer ago", "TIME"},
	    {"proof", '\0', POPT_ARG_STRING, NULL, 'p',
		"Print a proof of the record of this id", "ID"},
	    {"removed", '\0', POPT_ARG_NONE, &o->removed, 0,
		"Print what was pruned and erased, by whom and why", NULL},
	    {"indexes", '\0', POPT_ARG_NONE, &o->indexes, 0,
		"Check the indexes of its segments, too", NULL},
	    {"quiet", 'q', POPT_ARG_NONE, &o->quiet, 0,
		"Say nothing of what is as it should be", NULL},
	    CLI_TABLE};
	const char *wrong;
	int row;

	o->ctx = cli_open(argc, argv, table,
	    "JOURNAL... | FILE.tlog-proof RECORD", false);
	while ((row = cli_next(o->ctx)) >= 0) {
		if (row > 0)
			set_one(o, row);
	}
	if (!poptPeekArg(o->ctx))
		cli_misuse("no journal given");
	wrong = conflict(o);
	if (wrong)
		cli_misuse("%s", wrong);
	o->trust.quorum = (unsigned)o->quorum;
}

static int exit_code(enum finding found)
{
	return found == UNREADABLE ? EX_IOERR : found == BROKEN ? 1 : EX_OK;
}

/* ---- a journal */

static void print(struct buf *text)
{
	if (text->len)
		fwrite(text->data, 1, text->len, stdout);
	buf_release(text);
}

static bool read_file(const char *path, size_t max, struct buf *out)
{
	if (store_read_given(path, max, out))
		return true;
	diag_warn_errno("cannot read '%s'", path);
	return false;
}

/* Of a journal that was found to be whole. */
static enum finding print_removed(const char *path)
{
	const char *why;
	struct journal_reader *j = journal_open(path, false, &why);
	enum journal_item item = JOURNAL_ERROR;
	struct buf shown = BUF_EMPTY;
	struct journal_line l;
	struct prune_note n;

	while (j && ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
			item == JOURNAL_NOTE)) {
		if (item == JOURNAL_NOTE && prune_note_read(&n, l.text))
			show_note(&shown, path, &n);
		print(&shown);
	}
	if (item != JOURNAL_END)
		diag_warn_errno("journal '%s': cannot be read", path);
	journal_close(j);
	return item == JOURNAL_END ? WHOLE : UNREADABLE;
}

static enum finding verify(const char *path, struct options *o)
{
	struct seals seals = {.count = 0};
	struct buf why = BUF_EMPTY, whole = BUF_EMPTY;
	struct verified v;
	enum finding found = WHOLE;

	if (o->checkpoints)
		found = verify_given(o->checkpoint, o->checkpoints, &o->trust,
		    &seals, &why);
	else if (o->trust.logs)
		found = verify_stored(path, &o->trust, &seals, &why);
	if (found == WHOLE)
		found = verify_journal(path, &o->heads, &seals, &v, &why);
	if (found == WHOLE && o->indexes)
		found = verify_indexes(path, &why);
	if (found != WHOLE)
		diag_warn("%s", buf_str(&why));
	else if (!o->quiet)
		tell_whole(&whole, path, &v, &seals);
	print(&whole);
	if (found == WHOLE && o->removed)
		found = print_removed(path);
	seals_release(&seals);
	buf_release(&why);
	return found;
}

static int verify_all(struct options *o)
{
	const char *path = poptGetArg(o->ctx);
	bool bad = false, unread = false;

	if ((o->headed || o->checkpoints) && poptPeekArg(o->ctx))
		cli_misuse("option '--%s': that is of one journal",
		    o->headed ? "head" : "checkpoint");
	for (; path; path = poptGetArg(o->ctx)) {
		enum finding found = verify(path, o);

		bad |= found == BROKEN;
		unread |= found == UNREADABLE;
	}
	return exit_code(unread ? UNREADABLE : bad ? BROKEN : WHOLE);
}

/* ---- one record */

static int tell(const char *what, const char *path, enum evidence end,
    const struct buf *why)
{
	switch (end) {
	case EVIDENCE_GOOD:
		return EX_OK;
	case EVIDENCE_UNREAD:
		if (errno)
			diag_warn_errno("%s '%s' %s", what, path, why->data);
		else
			diag_warn("%s '%s' %s", what, path, why->data);
		return EX_IOERR;
	case EVIDENCE_NONE:
	case EVIDENCE_WRONG:
		break;
	}
	diag_warn("%s '%s' %s", what, path, why->data);
	return 1;
}

static int make_proof(struct options *o)
{
	const char *path = poptGetArg(o->ctx);
	struct buf note = BUF_EMPTY, proof = BUF_EMPTY, why = BUF_EMPTY;
	struct span given = {NULL, 0};
	int code = EX_IOERR;

	if (poptPeekArg(o->ctx))
		cli_misuse("option '--proof': a record is in one journal");
	if (!o->checkpoints || read_file(*o->checkpoint, NOTE_MAX, &note)) {
		if (o->checkpoints)
			given = buf_span(&note);
		code = tell("journal", path, evidence_make(path,
		    span_of(o->proof), given, &proof, &why), &why);
	}
	if (code == EX_OK)
		print(&proof);
	buf_release(&note);
	buf_release(&proof);
	buf_release(&why);
	return code;
}

static int check_proof(struct options *o, const char *path)
{
	const char *record = poptGetArg(o->ctx);
	struct buf proof = BUF_EMPTY, text = BUF_EMPTY, why = BUF_EMPTY;
	struct buf shown = BUF_EMPTY;
	struct shown s;
	int code = EX_IOERR;

	if (!record || poptPeekArg(o->ctx))
		cli_misuse("a proof is of one record: FILE.tlog-proof RECORD");
	if (!o->trust.logs)
		cli_misuse("no '--key' given: whose proof is it?");
	if (o->headed || o->checkpoints)
		cli_misuse("a proof has neither heads nor another checkpoint");
	if (read_file(path, 2 * NOTE_MAX, &proof) &&
	    read_file(record, RECORD_FILE_MAX, &text))
		code = tell("proof", path, evidence_check(&o->trust,
		    buf_span(&proof), buf_span(&text), &s, &why), &why);
	if (code == EX_OK && !o->quiet)
		tell_shown(&shown, path, &s);
	print(&shown);
	buf_release(&proof);
	buf_release(&text);
	buf_release(&why);
	return code;
}

static void release(struct options *o)
{
	for (size_t i = 0; i < o->checkpoints; i++)
		free(o->checkpoint[i]);
	free(o->checkpoint);
	free(o->proof);
	expected_release(&o->heads);
	trust_release(&o->trust);
	poptFreeContext(o->ctx);
}

int main(int argc, const char **argv)
{
	struct options o = {.quiet = 0};
	const char *first;
	int code;

	parse(&o, argc, argv);
	first = poptPeekArg(o.ctx);
	if (o.proof)
		code = make_proof(&o);
	else if (span_ends(span_of(first), ".tlog-proof"))
		code = check_proof(&o, poptGetArg(o.ctx));
	else
		code = verify_all(&o);
	release(&o);
	cli_close_stdout();
	return code;
}
