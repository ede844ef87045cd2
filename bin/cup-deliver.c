/* SPDX-License-Identifier: ISC */
/* cup-deliver: the gate. Lets out what was decided and is in a journal. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/digest.h"
#include "io/out.h"
#include "record/proof.h"
#include "record/reader.h"
#include "xml/bounce.h"
#include "xml/stanza.h"

struct options {
	char *errors, *key;
	int records, unproven;
};

struct gate {
	struct options opt;
	struct digest *digest;
	struct stanza stanza; /* of the record at hand */
	struct out out, errors; /* errors.fd -1: not wanted */
	uint64_t malformed, withheld;
};

static const struct policy_word {
	enum verdict released;
	const char *text; /* for the sender, where the rule has none */
} words[VERDICTS] = {
    [VERDICT_PASS] = {VERDICT_DELIVER, NULL},
    [VERDICT_HOLD] = {VERDICT_RETURN, "held for review, do not resend"},
    [VERDICT_REJECT] = {VERDICT_RETURN, "refused by policy"},
    [VERDICT_DROP] = {VERDICT_DISCARD, NULL},
};

static struct options parse(int argc, const char **argv)
{
	struct options opt = {NULL, NULL, 0, 0};
	const struct poptOption table[] = {
	    {"errors", '\0', POPT_ARG_STRING, NULL, 'e',
		"Append the stanza errors for the senders to FILE", "FILE"},
	    {"records", '\0', POPT_ARG_NONE, &opt.records, 0,
		"Print every judged record, released, in place of stanzas",
		NULL},
	    {"key", '\0', POPT_ARG_STRING, NULL, 'k',
		"Accept only proofs made with the key in FILE", "FILE"},
	    {"no-proof", '\0', POPT_ARG_NONE, &opt.unproven, 0,
		"Unsafe: let out what no journal vouches for", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[OPTION...]", false);
	int rc;

	while ((rc = cli_next(ctx)) >= 0) {
		char **value = rc == 'e' ? &opt.errors : &opt.key;

		free(*value);
		*value = cli_argument(ctx);
	}
	if (poptPeekArg(ctx))
		cli_misuse("unexpected operand '%s'", poptPeekArg(ctx));
	if (opt.key && opt.unproven)
		cli_misuse("options '--key' and '--no-proof' contradict");
	poptFreeContext(ctx);
	return opt;
}

/* Why this record may not leave, NULL if it may. */
static const char *withheld(struct gate *g, const struct record *r)
{
	if (r->verdict > VERDICT_DROP)
		return "forged: its verdict is one that only this gate gives";
	if (r->verdict == VERDICT_NONE)
		return "undecided: no stage gave a verdict";
	if (g->opt.unproven)
		return NULL;
	switch (proof_check(g->digest, r)) {
	case PROOF_GOOD:
		return NULL;
	case PROOF_NONE:
		return "unjournaled: it has no proof";
	case PROOF_LOOSENED:
		return "loosened: its proof was made for a tighter verdict";
	case PROOF_UNKEYED:
		return "unkeyed: its proof was made without the key";
	case PROOF_KEYED:
		return "keyed: its proof needs a key (see --key)";
	case PROOF_ALTERED:
		break;
	}
	return g->opt.key ? "altered after it was journaled, or journaled"
			    " under another key"
			  : "altered after it was journaled";
}

/* Read the stanza into the tree; false if it is none, or none of its event. */
static bool read_stanza(struct gate *g, const struct record *r, uint64_t line)
{
	struct span id = r->field[RECORD_ID];
	const char *why = stanza_read(&g->stanza, r->field[RECORD_STANZA]);

	if (why) {
		diag_warn("line %" PRIu64 ": '%.*s': not one canonical stanza: "
			  "%s at byte %zu", line, SPAN_ARG(id), why,
		    g->stanza.fault);
		return false;
	}
	if (record_fits(r->event, &g->stanza))
		return true;
	diag_warn("line %" PRIu64 ": '%.*s': not a stanza of its event", line,
	    SPAN_ARG(id));
	return false;
}

static void answer(struct gate *g, const struct record *r)
{
	struct bounce why = {"cancel", "policy-violation",
	    span_of(words[r->verdict].text)};
	struct reason reason;

	if (!why.text.p || g->errors.fd < 0)
		return;
	if (reason_last(r->field[RECORD_REASON], &reason) && reason.text.n)
		why.text = reason.text;
	if (bounce_write(&g->errors.buf, &g->stanza, &why))
		buf_addc(&g->errors.buf, '\n');
}

static void judge(struct gate *g, struct record *r, uint64_t line)
{
	const char *why = withheld(g, r);

	if (why) {
		g->withheld++;
		diag_warn("withheld '%.*s': %s",
		    SPAN_ARG(r->field[RECORD_ID]), why);
		return;
	}
	if (!read_stanza(g, r, line)) {
		g->malformed++;
		return;
	}
	answer(g, r);
	if (g->opt.records) {
		record_set_verdict(r, words[r->verdict].released);
		record_write(&g->out.buf, r);
	} else if (r->verdict == VERDICT_PASS &&
	    stanza_is_stanza(&g->stanza)) {
		buf_addspan(&g->out.buf, r->field[RECORD_STANZA]);
		buf_addc(&g->out.buf, '\n');
	}
}

static void comment(struct gate *g, struct span line)
{
	if (!g->opt.records)
		return;
	buf_addspan(&g->out.buf, line);
	buf_addc(&g->out.buf, '\n');
}

/* What was judged goes out on either side even where the other one fails. */
static void flush(struct gate *g)
{
	bool ok = out_flush(&g->out);

	if (!ok)
		diag_warn_errno("cannot write to standard output");
	if (!out_flush(&g->errors)) {
		diag_warn_errno("cannot write to '%s'", g->opt.errors);
		ok = false;
	}
	if (!ok)
		exit(EX_IOERR);
}

static void spill(struct gate *g)
{
	if (g->out.buf.len >= OUT_SPILL || g->errors.buf.len >= OUT_SPILL)
		flush(g);
}

static void pump(struct gate *g)
{
	enum reader_item item;
	struct reader in;
	struct record r;

	reader_init(&in, STDIN_FILENO);
	while ((item = reader_next(&in, &r)) != READER_END) {
		switch (item) {
		case READER_RECORD:
			judge(g, &r, in.number);
			break;
		case READER_COMMENT:
			comment(g, in.line);
			break;
		case READER_BAD:
			g->malformed++;
			diag_warn("line %" PRIu64 ": %s", in.number, in.why);
			break;
		case READER_DRAINED:
			flush(g);
			break;
		default:
			diag_warn_errno("cannot read standard input");
			flush(g);
			exit(EX_IOERR);
		}
		spill(g);
	}
	flush(g);
	reader_release(&in);
}

/* A name for a descriptor of ours is that descriptor: to open it again would
 * fail where it is a socket, and wait where it is a pipe without a reader. */
static int open_errors(const char *path)
{
	int fd = -1;

	if (strcmp(path, "/dev/stdout") == 0)
		fd = STDOUT_FILENO;
	else if (strcmp(path, "/dev/stderr") == 0)
		fd = STDERR_FILENO;
	else if (strncmp(path, "/dev/fd/", 8) == 0 && path[8] &&
	    strspn(path + 8, "0123456789") == strlen(path + 8))
		fd = atoi(path + 8);
	if (fd >= 0)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
	    0600);
}

static void open_gate(struct gate *g)
{
	const char *why = NULL;

	g->errors.fd = -1;
	if (g->opt.key)
		g->digest = digest_from_file(g->opt.key, &why);
	else
		g->digest = digest_new(NULL, 0);
	if (!g->digest)
		diag_die(EX_CONFIG, "cannot use key '%s': %s", g->opt.key, why);
	if (g->opt.unproven)
		diag_warn("UNSAFE: --no-proof lets out records that are in no "
			  "journal");
	if (!g->opt.errors)
		return;
	g->errors.fd = open_errors(g->opt.errors);
	if (g->errors.fd < 0)
		diag_die_errno(EX_IOERR, "cannot open '%s'", g->opt.errors);
}

static void close_gate(struct gate *g)
{
	if (g->errors.fd >= 0 && close(g->errors.fd) != 0)
		diag_die_errno(EX_IOERR, "cannot write to '%s'",
		    g->opt.errors);
	cli_close_stdout();
	digest_free(g->digest);
	stanza_release(&g->stanza);
	buf_release(&g->out.buf);
	buf_release(&g->errors.buf);
	free(g->opt.errors);
	free(g->opt.key);
}

int main(int argc, char **argv)
{
	struct gate g = {.out = {STDOUT_FILENO, BUF_EMPTY}};

	g.opt = parse(argc, (const char **)argv);
	signal(SIGPIPE, SIG_IGN);
	out_pipe_size(STDOUT_FILENO);
	open_gate(&g);
	pump(&g);
	close_gate(&g);
	if (g.malformed)
		return EX_DATAERR;
	return g.withheld ? 1 : EX_OK;
}
