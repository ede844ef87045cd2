/* SPDX-License-Identifier: ISC */
/* Decide records by a policy. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "diag.h"
#include "intake.h"
#include "out.h"
#include "policy.h"

struct options {
	int check, explain;
	poptContext context; /* its rest are the policies */
};

struct stage {
	struct policy *policy;
	struct intake in;
	struct out out;
	bool explain;
	uint64_t bad;
};

static void parse_options(int argc, const char **argv, struct options *o)
{
	const struct poptOption table[] = {
	    {"check", '\0', POPT_ARG_NONE, &o->check, 0,
		"Look for mistakes in the policy and exit", NULL},
	    {"explain", '\0', POPT_ARG_NONE, &o->explain, 0,
		"Print how each record is decided, not the records", NULL},
	    CLI_TABLE,
	};

	o->context = cli_open(argc, argv, table, "POLICY...", false);
	while (cli_next(o->context) != -1)
		continue;
	if (!poptPeekArg(o->context))
		cli_misuse("no policy given");
	if (o->check && o->explain)
		cli_misuse("--check and --explain do not go together");
}

/* Print what is wrong, and where warned is set also what is doubtful. */
static void print_notes(const struct policy *p, bool warned)
{
	const struct policy_note *n;

	for (size_t i = 0; (n = policy_note(p, i)) != NULL; i++) {
		const char *kind = n->warning ? "warning: " : "";

		if (n->warning && !warned)
			continue;
		if (n->line)
			diag_warn(
			    "%s:%lu: %s%s", n->path, n->line, kind, n->text);
		else
			diag_warn("%s: %s%s", n->path, kind, n->text);
	}
}

static int check(const struct policy *p, bool good)
{
	size_t rules = policy_rules(p), tables = policy_tables(p);

	print_notes(p, true);
	if (!good)
		return EX_CONFIG;
	printf("%zu rule%s, %zu table%s, tag %s\n", rules, &"s"[rules == 1],
	    tables, &"s"[tables == 1], policy_tag(p));
	cli_close_stdout();
	return EX_OK;
}

static void bad_line(struct stage *s, const char *why)
{
	diag_warn("line %" PRIu64 ": %s", s->in.number, why);
	s->bad++;
}

static void decide(struct stage *s, struct record *r)
{
	struct buf *out = &s->out.buf;
	const char *why = NULL;
	enum policy_outcome outcome;

	outcome = policy_decide(s->policy, r, &why, s->explain ? out : NULL);
	if (outcome == POLICY_BAD)
		bad_line(s, why);
	else if (s->explain)
		return;
	else if (outcome == POLICY_WRITE)
		record_write(out, r);
	else {
		buf_addspan(out, s->in.line);
		buf_addc(out, '\n');
	}
}

static void handle(struct stage *s, enum intake_item item, struct record *r)
{
	if (item == INTAKE_BAD) {
		bad_line(s, s->in.why);
	} else if (item == INTAKE_RECORD) {
		decide(s, r);
	} else if (!s->explain) {
		buf_addspan(&s->out.buf, s->in.line);
		buf_addc(&s->out.buf, '\n');
	}
}

/* Until the end of the input; returns the exit status. */
static int run(struct stage *s)
{
	struct record r;
	enum intake_item item;

	while ((item = intake_next(&s->in, &r)) != INTAKE_END) {
		bool written;

		if (item == INTAKE_ERROR) {
			diag_warn_errno("cannot read standard input");
			return EX_IOERR;
		}
		if (item != INTAKE_DRAINED)
			handle(s, item, &r);
		written = item == INTAKE_DRAINED ? out_flush(&s->out)
						 : out_spill(&s->out);
		if (!written)
			break;
	}
	if (item != INTAKE_END || !out_flush(&s->out)) {
		diag_warn_errno("cannot write to standard output");
		return EX_IOERR;
	}
	return s->bad ? EX_DATAERR : EX_OK;
}

static int filter(struct policy *p, bool explain)
{
	struct stage s = {
	    .policy = p, .out = {.fd = STDOUT_FILENO}, .explain = explain};
	int status;

	intake_init(&s.in, STDIN_FILENO);
	out_pipe_size(STDOUT_FILENO);
	status = run(&s);
	intake_release(&s.in);
	buf_release(&s.out.buf);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct policy *p = policy_new();
	const char *path;
	bool good;
	int status = EX_CONFIG;

	parse_options(argc, (const char **)argv, &o);
	while ((path = poptGetArg(o.context)) != NULL)
		policy_read(p, path);
	good = policy_ready(p);
	if (o.check)
		status = check(p, good);
	else if (good)
		status = filter(p, o.explain);
	else
		print_notes(p, false);
	policy_free(p);
	poptFreeContext(o.context);
	return status;
}
