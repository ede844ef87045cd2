/* SPDX-License-Identifier: ISC */
/* cup-ship: take records to where a burnt machine does not matter. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "io/ending.h"
#include "io/out.h"
#include "ship/bucket.h"
#include "ship/database.h"
#include "ship/feeding.h"
#include "ship/fetching.h"
#include "ship/tables.h"
#include "ship/waiting.h"

enum { REPLICAS = 3, STREAM_MAX = 64 };

/* Milliseconds: a day, a hundred years. */
static const uint64_t RETAIN_LEAST = 86400000, RETAIN_MOST = 3153600000000;

enum { OPT_STAGE = 1, OPT_STREAM, OPT_CA, OPT_CERTIFICATE, OPT_KEY,
	OPT_CREDENTIALS, OPT_STATUS, OPT_FROM, OPT_REGION, OPT_RETAIN,
	OPT_CURSOR, OPTIONS };

struct options {
	char *text[OPTIONS];
	char *target, **journal;
	size_t journals;
	int replicas, skip, unsafe, follow, schema, verify;
	int ending;
	struct bucket_config bucket;
};

/* What begins a subject and names a stream. */
static bool stream_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n <= STREAM_MAX && !name[n];
}

static void take_operands(struct options *o, const char **args)
{
	if (args && *args)
		o->target = mem_strdup(*args++);
	for (; args && *args; args++) {
		o->journal = mem_resize(o->journal, o->journals + 1,
		    sizeof(*o->journal));
		o->journal[o->journals++] = mem_strdup(*args);
	}
}

static bool is_url(const char *url, const char *a, const char *b)
{
	return strncmp(url, a, strlen(a)) == 0 ||
	    strncmp(url, b, strlen(b)) == 0;
}

static bool is_stream(const char *url)
{
	return is_url(url, "nats://", "tls://");
}

static void check_stream(const struct options *o)
{
	const char *stream = o->text[OPT_STREAM];

	if (stream && !stream_valid(stream))
		cli_misuse("option '--stream': '%s' is not a stream's name",
		    stream);
	if (o->replicas < 1 || o->replicas > JETSTREAM_REPLICAS_MAX)
		cli_misuse("option '--replicas': out of range");
	if (o->text[OPT_KEY] && !o->text[OPT_CERTIFICATE])
		cli_misuse("option '--private-key' needs '--certificate'");
}

static bool is_bucket(const struct options *o)
{
	return is_url(o->target, "https://", "s3://");
}

static bool of_bucket(const struct options *o)
{
	return o->text[OPT_REGION] || o->text[OPT_RETAIN] ||
	    o->text[OPT_CURSOR] || o->verify;
}

/* Who brings it is told by the environment, as all programs for S3 have it. */
static void check_bucket(struct options *o)
{
	struct bucket_config *b = &o->bucket;
	const char *retain = o->text[OPT_RETAIN], *wrong;

	*b = (struct bucket_config){.target = o->target,
	    .region = o->text[OPT_REGION],
	    .id = getenv("AWS_ACCESS_KEY_ID"),
	    .secret = getenv("AWS_SECRET_ACCESS_KEY"),
	    .token = getenv("AWS_SESSION_TOKEN"),
	    .credentials = o->text[OPT_CREDENTIALS],
	    .ca = o->text[OPT_CA],
	    .cursor = o->text[OPT_CURSOR],
	    .verify = o->verify};
	if (!b->region)
		b->region = getenv("AWS_REGION");
	wrong = bucket_check(b);
	if (wrong)
		cli_misuse("target '%s': %s", o->target, wrong);
	if (retain && (!quantity_duration(retain, &b->retain) ||
	    b->retain < RETAIN_LEAST || b->retain > RETAIN_MOST))
		cli_misuse("option '--retain': '%s' is not 1d to 36500d",
		    retain);
	if (o->text[OPT_STATUS])
		cli_misuse("option '--status' does not go with a bucket");
}

static void check_stage(const struct options *o)
{
	if (o->target)
		cli_misuse("a stage has no operands: '%s'", o->target);
	if (!is_stream(o->text[OPT_STAGE]))
		cli_misuse("option '--stage': '%s' is neither nats:// nor "
			   "tls://",
		    o->text[OPT_STAGE]);
	check_stream(o);
	if (o->skip && !o->unsafe)
		cli_misuse("option '--skip-if-down' needs '--unsafe'");
}

static void check_from(const struct options *o)
{
	if (o->text[OPT_STAGE])
		cli_misuse("'--stage' and '--from' at once");
	if (!is_stream(o->text[OPT_FROM]))
		cli_misuse("option '--from': '%s' is neither nats:// nor tls://",
		    o->text[OPT_FROM]);
	check_stream(o);
	if (o->journals)
		cli_misuse("one journal at a time: '%s'", o->journal[0]);
}

static void check_target(struct options *o)
{
	if (!o->target)
		cli_misuse("no target given");
	if (is_bucket(o))
		check_bucket(o);
	else if (of_bucket(o))
		cli_misuse("options of a bucket are given without one");
	else if (is_stream(o->target))
		check_stream(o);
	else if (!is_url(o->target, "postgresql://", "postgres://"))
		cli_misuse("target '%s' is none of postgresql://, nats://, "
			   "tls://, https:// and s3://",
		    o->target);
	if (!o->journals)
		cli_misuse("no journal given");
}

static void check(struct options *o)
{
	if (o->schema)
		return;
	if (!o->text[OPT_FROM] && !o->text[OPT_STAGE]) {
		check_target(o);
		return;
	}
	if (of_bucket(o))
		cli_misuse("options of a bucket are given without one");
	if (o->text[OPT_FROM])
		check_from(o);
	else
		check_stage(o);
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"stage", '\0', POPT_ARG_STRING, NULL, OPT_STAGE,
		"Pass records on once the stream there has them", "URL"},
	    {"from", '\0', POPT_ARG_STRING, NULL, OPT_FROM,
		"Write the records of the stream there", "URL"},
	    {"stream", '\0', POPT_ARG_STRING, NULL, OPT_STREAM,
		"The stream's name (cup)", "NAME"},
	    {"replicas", '\0', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT,
		&o->replicas, 0, "How many servers keep the stream", "N"},
	    {"skip-if-down", '\0', POPT_ARG_NONE, &o->skip, 0,
		"Pass on all the same while it is not available", NULL},
	    {"unsafe", '\0', POPT_ARG_NONE, &o->unsafe, 0,
		"Allow --skip-if-down", NULL},
	    {"certificate", '\0', POPT_ARG_STRING, NULL, OPT_CERTIFICATE,
		"Show this certificate, with its chain", "FILE"},
	    {"private-key", '\0', POPT_ARG_STRING, NULL, OPT_KEY,
		"Its key, if it is not in the same file", "FILE"},
	    {"ca", '\0', POPT_ARG_STRING, NULL, OPT_CA,
		"Verify servers by these authorities", "FILE"},
	    {"credentials", '\0', POPT_ARG_STRING, NULL, OPT_CREDENTIALS,
		"Log in with this file of credentials", "FILE"},
	    {"follow", 'f', POPT_ARG_NONE, &o->follow, 0,
		"Go on as the journals grow", NULL},
	    {"schema", '\0', POPT_ARG_NONE, &o->schema, 0,
		"Print the definitions for PostgreSQL", NULL},
	    {"status", '\0', POPT_ARG_STRING, NULL, OPT_STATUS,
		"Keep in this file how far it is behind", "FILE"},
	    {"region", '\0', POPT_ARG_STRING, NULL, OPT_REGION,
		"The bucket's region (us-east-1)", "NAME"},
	    {"retain", '\0', POPT_ARG_STRING, NULL, OPT_RETAIN,
		"Lock what is put into a bucket for so long", "DURATION"},
	    {"cursor", '\0', POPT_ARG_STRING, NULL, OPT_CURSOR,
		"Keep in this file what a bucket has", "FILE"},
	    {"verify", '\0', POPT_ARG_NONE, &o->verify, 0,
		"Read each object of a bucket back", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[TARGET JOURNAL...]",
	    false);
	int option;

	while ((option = cli_next(ctx)) >= 0) {
		free(o->text[option]);
		o->text[option] = cli_argument(ctx);
	}
	take_operands(o, poptGetArgs(ctx));
	poptFreeContext(ctx);
	check(o);
}

static void release(struct options *o)
{
	for (int i = 0; i < OPTIONS; i++)
		free(o->text[i]);
	for (size_t i = 0; i < o->journals; i++)
		free(o->journal[i]);
	free(o->journal);
	free(o->target);
}

static struct jetstream_config stream_config(const struct options *o,
    const char *urls)
{
	return (struct jetstream_config){.urls = urls,
	    .stream = o->text[OPT_STREAM] ? o->text[OPT_STREAM] : "cup",
	    .name = "cup-ship",
	    .credentials = o->text[OPT_CREDENTIALS],
	    .ca = o->text[OPT_CA],
	    .certificate = o->text[OPT_CERTIFICATE],
	    .key = o->text[OPT_KEY],
	    .replicas = (unsigned)o->replicas};
}

static int be_stage(const struct options *o)
{
	const struct waiting_config c = {
	    .stream = stream_config(o, o->text[OPT_STAGE]),
	    .in = STDIN_FILENO,
	    .out = STDOUT_FILENO,
	    .ending = o->ending,
	    .skip_if_down = o->skip,
	    .status = o->text[OPT_STATUS],
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

static int be_source(const struct options *o)
{
	const struct fetching_config c = {
	    .stream = stream_config(o, o->text[OPT_FROM]),
	    .journal = o->target,
	    .follow = o->follow,
	    .out = STDOUT_FILENO,
	    .ending = o->ending,
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

static enum journals_result bring(const struct options *o,
    const struct journals_config *c)
{
	const struct jetstream_config stream = stream_config(o, o->target);

	if (is_bucket(o))
		return bucket_run(&o->bucket, c);
	return is_stream(o->target) ? feeding_run(&stream, c)
				    : database_run(o->target, c);
}

static int be_shipper(const struct options *o)
{
	const struct journals_config c = {
	    .path = (const char *const *)o->journal,
	    .count = o->journals,
	    .follow = o->follow,
	    .ending = o->ending,
	    .status = o->text[OPT_STATUS],
	    .say = diag_warn};

	switch (bring(o, &c)) {
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
	struct options o = {.replicas = REPLICAS};
	int code = EX_OK;

	parse(&o, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	o.ending = ending_catch();
	if (o.ending < 0)
		diag_die_errno(EX_OSERR, "cannot watch signals");
	if (o.schema)
		fputs(tables_ddl, stdout);
	else if (o.text[OPT_FROM])
		code = be_source(&o);
	else if (o.text[OPT_STAGE])
		code = be_stage(&o);
	else
		code = be_shipper(&o);
	ending_release();
	release(&o);
	if (code == EX_OK && ending_caught())
		raise(ending_caught());
	if (code == EX_OK || code == EX_DATAERR)
		cli_close_stdout();
	return code;
}
