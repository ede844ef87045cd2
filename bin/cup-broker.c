/* SPDX-License-Identifier: ISC */
/* Have a compliance server decide records. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/label.h"
#include "base/mem.h"
#include "broker/broker.h"

enum {
	WINDOW = 8192,
	WINDOW_MAX = 1000000,
	WINDOW_BYTES = 16 * 1024 * 1024,
	TIME_MIN = 100, /* milliseconds */
	TIME_MAX = 600000,
};

struct options {
	struct broker_config broker;
	char **urls, *name, *certificate, *key, *ca, *status;
	int window, balance, judge_only, skip, unsafe, notify, check;
};

enum { OPT_CERTIFICATE = 1, OPT_KEY, OPT_CA, OPT_BYTES, OPT_CONNECT,
	OPT_ANSWER, OPT_PING, OPT_NAME, OPT_STATUS };

static void set(char **field, poptContext ctx)
{
	free(*field);
	*field = cli_argument(ctx);
}

static void take(struct options *o, poptContext ctx, int option)
{
	struct broker_config *b = &o->broker;

	switch (option) {
	case OPT_CERTIFICATE:
		set(&o->certificate, ctx);
		break;
	case OPT_KEY:
		set(&o->key, ctx);
		break;
	case OPT_CA:
		set(&o->ca, ctx);
		break;
	case OPT_NAME:
		set(&o->name, ctx);
		break;
	case OPT_STATUS:
		set(&o->status, ctx);
		break;
	case OPT_BYTES:
		b->window_bytes = cli_size(ctx, "--window-bytes", 65536,
		    (uint64_t)1 << 32);
		break;
	case OPT_CONNECT:
		b->connect_timeout = cli_duration(ctx, "--connect-timeout",
		    TIME_MIN, TIME_MAX);
		break;
	case OPT_ANSWER:
		b->answer_timeout = cli_duration(ctx, "--answer-timeout",
		    TIME_MIN, TIME_MAX);
		break;
	case OPT_PING:
		b->ping_interval = cli_duration(ctx, "--ping-interval",
		    TIME_MIN, TIME_MAX);
		break;
	default:
		break;
	}
}

static void take_urls(struct options *o, const char **args)
{
	size_t n = 0;

	for (; args && *args; args++) {
		o->urls = mem_resize(o->urls, n + 1, sizeof(*o->urls));
		o->urls[n++] = mem_strdup(*args);
	}
	if (n == 0)
		cli_misuse("no compliance server");
	if (n > BROKER_SERVERS_MAX)
		cli_misuse("more than %d compliance servers",
		    BROKER_SERVERS_MAX);
	o->broker.urls = (const char *const *)o->urls;
	o->broker.count = n;
}

static void tell_checked(const char *url, int64_t micros)
{
	printf("%s: sends a ping back in %.1f ms\n", url,
	    (double)micros / 1000);
}

static void check(struct options *o)
{
	struct broker_config *b = &o->broker;

	if (o->window < 1 || o->window > WINDOW_MAX)
		cli_misuse("option '--window': out of range");
	if (o->skip && !o->unsafe)
		cli_misuse("option '--skip-if-down' needs '--unsafe'");
	if (o->skip && o->notify)
		cli_misuse("options '--skip-if-down' and '--notify' "
			   "contradict");
	if (o->key && !o->certificate)
		cli_misuse("option '--private-key' needs '--certificate'");
	if (o->name && !label_valid(span_of(o->name)))
		cli_misuse("option '--name': '%s' is not a name", o->name);
	b->status = o->status;
	b->name = o->name ? o->name : "broker";
	b->window = (size_t)o->window;
	b->balance = o->balance;
	b->judge_only = o->judge_only;
	b->skip_if_down = o->skip;
	b->notify = o->notify;
	b->say = diag_warn;
	b->checked = o->check ? tell_checked : NULL;
	b->in = STDIN_FILENO;
	b->out = STDOUT_FILENO;
	b->tls = (struct tls_config){.ca = o->ca,
	    .certificates = (const char *const *)&o->certificate,
	    .keys = o->key ? (const char *const *)&o->key : NULL,
	    .count = o->certificate ? 1 : 0};
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"balance", 'b', POPT_ARG_NONE, &o->balance, 0,
		"Share conversations out among the servers", NULL},
	    {"judge-only", 'j', POPT_ARG_NONE, &o->judge_only, 0,
		"Let no server change a stanza", NULL},
	    {"notify", 'n', POPT_ARG_NONE, &o->notify, 0,
		"Send copies, and wait for no answer", NULL},
	    {"skip-if-down", '\0', POPT_ARG_NONE, &o->skip, 0,
		"Pass on undecided while no server is there", NULL},
	    {"unsafe", '\0', POPT_ARG_NONE, &o->unsafe, 0,
		"Allow --skip-if-down", NULL},
	    {"name", '\0', POPT_ARG_STRING, NULL, OPT_NAME,
		"Its name in reasons (broker)", "NAME"},
	    {"check", '\0', POPT_ARG_NONE, &o->check, 0,
		"Only see whether each server answers", NULL},
	    {"certificate", '\0', POPT_ARG_STRING, NULL, OPT_CERTIFICATE,
		"Show this certificate, with its chain", "FILE"},
	    {"private-key", '\0', POPT_ARG_STRING, NULL, OPT_KEY,
		"Its key, if it is not in the same file", "FILE"},
	    {"ca", '\0', POPT_ARG_STRING, NULL, OPT_CA,
		"Verify servers by these authorities", "FILE"},
	    {"window", 'w', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT,
		&o->window, 0, "Have at most so many records undecided", "N"},
	    {"window-bytes", '\0', POPT_ARG_STRING, NULL, OPT_BYTES,
		"And so many bytes of them (16M)", "SIZE"},
	    {"ping-interval", '\0', POPT_ARG_STRING, NULL, OPT_PING,
		"Ask a silent server for life so often (2s)", "DURATION"},
	    {"answer-timeout", '\0', POPT_ARG_STRING, NULL, OPT_ANSWER,
		"Wait so long for an answer (5s)", "DURATION"},
	    {"status-file", '\0', POPT_ARG_STRING, NULL, OPT_STATUS,
		"Say in this file how the servers do", "FILE"},
	    {"connect-timeout", '\0', POPT_ARG_STRING, NULL, OPT_CONNECT,
		"And so long for a connection (5s)", "DURATION"},
	    CLI_TABLE};
	poptContext ctx;
	int rc;

	ctx = cli_open(argc, argv, table, "URL...", false);
	while ((rc = cli_next(ctx)) >= 0)
		take(o, ctx, rc);
	take_urls(o, poptGetArgs(ctx));
	poptFreeContext(ctx);
	check(o);
}

static void release(struct options *o)
{
	for (size_t i = 0; i < o->broker.count; i++)
		free(o->urls[i]);
	free(o->urls);
	free(o->name);
	free(o->certificate);
	free(o->key);
	free(o->ca);
	free(o->status);
}

static int status_of(enum broker_result result, int error)
{
	errno = error;
	switch (result) {
	case BROKER_DONE:
		return EX_OK;
	case BROKER_MALFORMED:
		return EX_DATAERR;
	case BROKER_UNJUDGED:
		return EX_TEMPFAIL;
	case BROKER_IN_FAILED:
		diag_warn_errno("cannot read standard input");
		return EX_IOERR;
	case BROKER_OUT_FAILED:
		diag_warn_errno("cannot write to standard output");
		return EX_IOERR;
	}
	return EX_SOFTWARE;
}

int main(int argc, const char **argv)
{
	struct options o = {.window = WINDOW,
	    .broker = {.window_bytes = WINDOW_BYTES, .ping_interval = 2000,
		.answer_timeout = 5000, .connect_timeout = 5000}};
	struct buf why = BUF_EMPTY;
	struct broker *b;
	enum broker_result result;
	bool misuse;
	int error, status;

	parse(&o, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	b = broker_new(&o.broker, &why, &misuse);
	if (!b && misuse)
		cli_misuse("%s", buf_str(&why));
	if (!b)
		diag_die(EX_CONFIG, "%s", buf_str(&why));
	result = broker_run(b, &error);
	status = status_of(result, error);
	broker_free(b);
	buf_release(&why);
	release(&o);
	if (status == EX_OK || status == EX_DATAERR || status == EX_TEMPFAIL)
		cli_close_stdout();
	return status;
}
