/* SPDX-License-Identifier: ISC */
/* cup-ship: take records to where a burnt machine does not matter. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/ending.h"
#include "io/out.h"
#include "ship/fetching.h"
#include "ship/settings.h"
#include "ship/tables.h"
#include "ship/waiting.h"

enum { REPLICAS = 3 };

static void take_operands(struct ship_settings *o, const char **args)
{
	if (args && *args)
		o->target = mem_strdup(*args++);
	for (; args && *args; args++)
		args_add(&o->journals, *args);
}

/* Who brings it to a bucket, as all programs for S3 have it. */
static void take_environment(struct bucket_config *b)
{
	b->region = getenv("AWS_REGION");
	b->id = getenv("AWS_ACCESS_KEY_ID");
	b->secret = getenv("AWS_SECRET_ACCESS_KEY");
	b->token = getenv("AWS_SESSION_TOKEN");
}

static void parse(struct ship_settings *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"stage", '\0', POPT_ARG_STRING, NULL, SHIP_STAGE,
		"Pass records on once the stream there has them", "URL"},
	    {"from", '\0', POPT_ARG_STRING, NULL, SHIP_FROM,
		"Write the records of the stream there", "URL"},
	    {"stream", '\0', POPT_ARG_STRING, NULL, SHIP_STREAM,
		"The stream's name (cup)", "NAME"},
	    {"replicas", '\0', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT,
		&o->replicas, 0, "How many servers keep the stream", "N"},
	    {"skip-if-down", '\0', POPT_ARG_NONE, &o->skip, 0,
		"Pass on all the same while it is not available", NULL},
	    {"unsafe", '\0', POPT_ARG_NONE, &o->unsafe, 0,
		"Allow --skip-if-down", NULL},
	    {"certificate", '\0', POPT_ARG_STRING, NULL, SHIP_CERTIFICATE,
		"Show this certificate, with its chain", "FILE"},
	    {"private-key", '\0', POPT_ARG_STRING, NULL, SHIP_KEY,
		"Its key, if it is not in the same file", "FILE"},
	    {"ca", '\0', POPT_ARG_STRING, NULL, SHIP_CA,
		"Verify servers by these authorities", "FILE"},
	    {"credentials", '\0', POPT_ARG_STRING, NULL, SHIP_CREDENTIALS,
		"Log in with this file of credentials", "FILE"},
	    {"follow", 'f', POPT_ARG_NONE, &o->follow, 0,
		"Go on as the journals grow", NULL},
	    {"schema", '\0', POPT_ARG_NONE, &o->schema, 0,
		"Print the definitions for PostgreSQL", NULL},
	    {"status", '\0', POPT_ARG_STRING, NULL, SHIP_STATUS,
		"Keep in this file how far it is behind", "FILE"},
	    {"region", '\0', POPT_ARG_STRING, NULL, SHIP_REGION,
		"The bucket's region (us-east-1)", "NAME"},
	    {"retain", '\0', POPT_ARG_STRING, NULL, SHIP_RETAIN,
		"Lock what is put into a bucket for so long", "DURATION"},
	    {"cursor", '\0', POPT_ARG_STRING, NULL, SHIP_CURSOR,
		"Keep in this file what a bucket has", "FILE"},
	    {"verify", '\0', POPT_ARG_NONE, &o->verify, 0,
		"Read each object of a bucket back", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[TARGET JOURNAL...]",
	    false);
	struct buf why = BUF_EMPTY;
	int option;

	while ((option = cli_next(ctx)) >= 0) {
		free(o->text[option]);
		o->text[option] = cli_argument(ctx);
	}
	take_operands(o, poptGetArgs(ctx));
	poptFreeContext(ctx);
	take_environment(&o->bucket);
	if (!ship_settings_check(o, &why))
		cli_misuse("%s", buf_str(&why));
}

static int be_stage(const struct ship_settings *o, int ending)
{
	const struct waiting_config c = {
	    .stream = ship_settings_stream(o, o->text[SHIP_STAGE]),
	    .in = STDIN_FILENO,
	    .out = STDOUT_FILENO,
	    .ending = ending,
	    .skip_if_down = o->skip,
	    .status = o->text[SHIP_STATUS],
	    .say = diag_warn};
	struct buf why = BUF_EMPTY;
	enum waiting_result r;

	out_pipe_size(STDOUT_FILENO);
	r = waiting_run(&c, &why);
	if (r == WAITING_MISUSE)
		diag_warn("servers '%s': %s", c.stream.urls, buf_str(&why));
	buf_release(&why);
	switch (r) {
	case WAITING_IN_FAILED:
		diag_warn_errno("cannot read standard input");
		return EX_IOERR;
	case WAITING_OUT_FAILED:
		diag_warn_errno("cannot write to standard output");
		return EX_IOERR;
	case WAITING_MISUSE:
	case WAITING_UNFIT:
		return EX_CONFIG;
	case WAITING_MALFORMED:
		return EX_DATAERR;
	case WAITING_DONE:
	case WAITING_ENDED:
		break;
	}
	return EX_OK;
}

static int be_source(const struct ship_settings *o, int ending)
{
	const struct fetching_config c = {
	    .stream = ship_settings_stream(o, o->text[SHIP_FROM]),
	    .journal = o->target,
	    .follow = o->follow,
	    .out = STDOUT_FILENO,
	    .ending = ending,
	    .say = diag_warn};
	struct buf why = BUF_EMPTY;
	enum fetching_result r;

	out_pipe_size(STDOUT_FILENO);
	r = fetching_run(&c, &why);
	if (r == FETCHING_MISUSE)
		diag_warn("servers '%s': %s", c.stream.urls, buf_str(&why));
	buf_release(&why);
	switch (r) {
	case FETCHING_MISUSE:
		return EX_CONFIG;
	case FETCHING_UNREACHED:
		return EX_TEMPFAIL;
	case FETCHING_MALFORMED:
		return EX_DATAERR;
	case FETCHING_OUT_FAILED:
		diag_warn_errno("cannot write to standard output");
		return EX_IOERR;
	case FETCHING_DONE:
	case FETCHING_ENDED:
		break;
	}
	return EX_OK;
}

static int be_shipper(const struct ship_settings *o, int ending)
{
	const struct journals_config c = {
	    .path = (const char *const *)o->journals.word,
	    .count = o->journals.count,
	    .follow = o->follow,
	    .ending = ending,
	    .status = o->text[SHIP_STATUS],
	    .say = diag_warn};

	switch (ship_settings_bring(o, &c)) {
	case JOURNALS_BROKEN:
		return EX_DATAERR;
	case JOURNALS_UNREACHED:
		return EX_TEMPFAIL;
	case JOURNALS_REFUSED:
		return EX_CONFIG;
	case JOURNALS_DONE:
	case JOURNALS_ENDED:
		break;
	}
	return EX_OK;
}

int main(int argc, const char **argv)
{
	struct ship_settings o = {.replicas = REPLICAS};
	int ending, code = EX_OK;

	parse(&o, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	ending = ending_catch();
	if (ending < 0)
		diag_die_errno(EX_OSERR, "cannot watch signals");
	if (o.schema)
		fputs(tables_ddl, stdout);
	else if (o.text[SHIP_FROM])
		code = be_source(&o, ending);
	else if (o.text[SHIP_STAGE])
		code = be_stage(&o, ending);
	else
		code = be_shipper(&o, ending);
	ending_release();
	ship_settings_release(&o);
	if (code == EX_OK && ending_caught())
		raise(ending_caught());
	if (code == EX_OK || code == EX_DATAERR)
		cli_close_stdout();
	return code;
}
