/* SPDX-License-Identifier: ISC */
/* cup-intercept: XMPP traffic into records. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/stamp.h"
#include "io/launch.h"
#include "io/notify.h"
#include "io/out.h"
#include "io/program.h"
#include "live/options.h"
#include "record/local.h"
#include "record/node-name.h"
#include "record/record.h"
#include "record/recording.h"
#include "record/traffic.h"

enum {
	LIMIT_MIN = 1024,
	LIMIT_MAX = 3 * 1024 * 1024, /* twice and all else fits in a line */
	LIVE_ROW = 1000,
	LIVE_ROWS = 48,
};

struct options {
	struct local local;
	unsigned events;
	char *node;
	size_t limit;
	struct recording_how how;
	int times;
	struct live live;
	const char **file; /* operands, NULL at the end */
	poptContext ctx;   /* their owner */
};

struct intercept {
	struct options opt;
	struct recorder recorder;
	struct recording recording;
	struct xml *xml;
	struct out out;
	int status;
};

static void set_as(struct local *h, char *jid)
{
	if (!local_set_account(h, span_of(jid)))
		cli_misuse("option '--as': '%s' is no JID", jid);
	free(jid);
}

static void add_domain(struct local *h, char *domain)
{
	if (!local_add_domain(h, span_of(domain)))
		cli_misuse("option '--domain': '%s' is no domain", domain);
	free(domain);
}

static unsigned events(char *list)
{
	struct span unknown;
	unsigned set = traffic_events(list, &unknown);

	if (!set)
		cli_misuse("option '--events': unknown event '%.*s'",
		    SPAN_ARG(unknown));
	free(list);
	return set;
}

static void set_node(struct options *opt, char *name)
{
	if (!node_name_valid(name))
		cli_misuse("option '--node': '%s' is no name: 1 to 255 "
			   "printable ASCII characters, no space", name);
	free(opt->node);
	opt->node = name;
}

static void set_how(struct options *opt, int option, char *value)
{
	const char *name = option == 'f' ? "format"
	    : option == 'z'		 ? "zone"
					 : "day";
	const char *why = recording_set(&opt->how, name, value);

	if (why)
		cli_misuse("option '--%s': bad value '%s': %s", name, value,
		    why);
	free(value);
}

static void set_live(struct options *opt, poptContext ctx, int option)
{
	struct buf why = BUF_EMPTY;
	char *value = cli_argument(ctx);

	if (!live_set(&opt->live, (size_t)(option - LIVE_ROW), value, &why))
		cli_misuse("%s", buf_str(&why));
	buf_release(&why);
	free(value);
}

static void parse_option(struct options *opt, poptContext ctx, int option)
{
	if (option >= LIVE_ROW) {
		set_live(opt, ctx, option);
		return;
	}
	switch (option) {
	case 'd':
		add_domain(&opt->local, cli_argument(ctx));
		break;
	case 'a':
		set_as(&opt->local, cli_argument(ctx));
		break;
	case 'e':
		opt->events = events(cli_argument(ctx));
		break;
	case 'n':
		set_node(opt, cli_argument(ctx));
		break;
	case 's':
		opt->limit =
		    cli_size(ctx, "max-size", LIMIT_MIN, LIMIT_MAX);
		break;
	case 'f':
	case 'z':
	case 'y':
		set_how(opt, option, cli_argument(ctx));
		break;
	default:
		break;
	}
}

/* The live options as popt has them. */
static void live_table(struct poptOption rows[LIVE_ROWS])
{
	size_t i = 0;

	for (; i < live_option_count; i++) {
		const struct live_option *o = &live_options[i];

		rows[i] = (struct poptOption){.longName = o->name,
		    .argInfo = o->argument ? POPT_ARG_STRING : POPT_ARG_NONE,
		    .val = LIVE_ROW + (int)i,
		    .descrip = o->help,
		    .argDescrip = o->argument};
		if (strcmp(o->name, "command") == 0)
			rows[i].shortName = 'c';
	}
	rows[i] = (struct poptOption)POPT_TABLEEND;
}

static struct options parse(int argc, const char **argv)
{
	struct poptOption live[LIVE_ROWS];
	struct options opt = {.events = TRAFFIC_DEFAULT,
	    .limit = RECORD_STANZA_MAX};
	const struct poptOption table[] = {
	    {"as", '\0', POPT_ARG_STRING, NULL, 'a',
		"The recording is of this account's stream", "JID"},
	    {"domain", '\0', POPT_ARG_STRING, NULL, 'd',
		"Addresses at DOMAIN are this node's (repeatable)", "DOMAIN"},
	    {"events", '\0', POPT_ARG_STRING, NULL, 'e',
		"What to record: message, muc, login, logout (the default), "
		"presence, iq, all", "LIST"},
	    {"node", '\0', POPT_ARG_STRING, NULL, 'n',
		"Name of this node (default: the host's)", "NAME"},
	    {"max-size", '\0', POPT_ARG_STRING, NULL, 's',
		"Refuse stanzas of more bytes (default: 256K)", "SIZE"},
	    {"format", '\0', POPT_ARG_STRING, NULL, 'f',
		"What recordings are: auto (the default), stream, log, export",
		"FORMAT"},
	    {"times", '\0', POPT_ARG_NONE, &opt.times, 0,
		"Records have the recording's times, not the present one",
		NULL},
	    {"zone", '\0', POPT_ARG_STRING, NULL, 'z',
		"Its times are UTC (the default), local, or as +02:00", "ZONE"},
	    {"day", '\0', POPT_ARG_STRING, NULL, 'y',
		"Its first time without a date is of this day", "DATE"},
	    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, live, 0,
		"Options to be a live proxy:", NULL},
	    CLI_TABLE};
	poptContext ctx;
	int rc;

	live_table(live);
	live_init(&opt.live);
	ctx = cli_open(argc, argv, table,
	    "[OPTION...] [FILE...] | --listen ADDRESS --server ADDRESS "
	    "[OPTION...] [-- COMMAND...]", false);
	while ((rc = cli_next(ctx)) >= 0)
		parse_option(&opt, ctx, rc);
	opt.ctx = ctx;
	opt.file = poptGetArgs(ctx);
	if (!opt.node)
		opt.node = node_name_of_host();
	return opt;
}

static void flush(struct intercept *t, bool all)
{
	if (!(all ? out_flush(&t->out) : out_spill(&t->out)))
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}

/* When the input was changed last: for times that do not say of which day or
 * year they are. */
static int64_t changed(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return (int64_t)st.st_mtime * 1000000;
	return stamp_now();
}

/* Read one input to its end; false if reading it failed. */
static bool pump(struct intercept *t, const char *name)
{
	struct recording *r = &t->recording;
	enum recording_item item;

	while ((item = recording_next(r, &t->out.buf)) != RECORDING_END) {
		switch (item) {
		case RECORDING_FAULT:
			t->status = t->status ? t->status : EX_DATAERR;
			/* fall through */
		case RECORDING_NOTICE:
			diag_warn("%s: byte %" PRIu64 ": %s", name, r->at,
			    r->why);
			break;
		case RECORDING_ERROR:
			return false;
		default:
			break;
		}
		flush(t, item == RECORDING_DRAINED);
	}
	return true;
}

static void intercept(struct intercept *t, const char *path)
{
	bool std = !path || strcmp(path, "-") == 0;
	const char *name = std ? "stdin" : path;
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		diag_warn_errno("cannot open '%s'", path);
		t->status = EX_IOERR;
		return;
	}
	recording_begin(&t->recording, fd, changed(fd));
	if (!pump(t, name)) {
		diag_warn_errno("cannot read '%s'", name);
		t->status = EX_IOERR;
	}
	if (!std)
		close(fd);
}

static int live(struct options *opt)
{
	struct proxy_options *o = &opt->live.o;
	struct buf why = BUF_EMPTY;
	char *writer = program_find("cup-log", getenv("PATH"));
	bool good = live_finish(&opt->live, opt->file,
	    writer ? writer : "cup-log", &why);
	struct proxy *p;
	int code;

	free(writer);
	if (!good)
		cli_misuse("%s", buf_str(&why));
	if (o->review_key && !opt->local.domains)
		cli_misuse("'--review-key' needs '--domain'");
	o->node = opt->node;
	o->local = &opt->local;
	o->events = opt->events;
	o->max_size = opt->limit;
	o->listen_pid = getenv("LISTEN_PID");
	o->listen_fds = getenv("LISTEN_FDS");
	o->listen_names = getenv("LISTEN_FDNAMES");
	o->say = diag_warn;
	o->say_whole = diag_whole;
	o->ready = notify_ready;
	o->stopping = notify_stopping;
	o->pipeline_is = notify_pipeline;
	launch_long_lived();
	p = proxy_new(o, &why, &code);
	if (!p)
		diag_die(code, "%s", buf_str(&why));
	proxy_run(p);
	proxy_free(p);
	buf_release(&why);
	return EX_OK;
}

static void release(struct intercept *t)
{
	live_release(&t->opt.live);
	if (t->xml)
		recording_release(&t->recording);
	xml_free(t->xml);
	local_release(&t->opt.local);
	buf_release(&t->out.buf);
	free(t->opt.node);
	poptFreeContext(t->opt.ctx);
}

int main(int argc, char **argv)
{
	struct intercept t = {.out = {STDOUT_FILENO, BUF_EMPTY}};

	t.opt = parse(argc, (const char **)argv);
	if (live_wanted(&t.opt.live)) {
		t.status = live(&t.opt);
		release(&t);
		return t.status;
	}
	t.recorder.node = span_of(t.opt.node);
	t.xml = xml_new();
	recording_init(&t.recording, &t.opt.local, t.opt.events, t.opt.limit,
	    &t.recorder, t.xml);
	t.opt.how.times = t.opt.times;
	t.recording.how = t.opt.how;
	tzset();
	out_pipe_size(STDOUT_FILENO);
	if (!t.opt.file)
		intercept(&t, NULL);
	for (const char **f = t.opt.file; f && *f; f++)
		intercept(&t, *f);
	flush(&t, true);
	release(&t);
	cli_close_stdout();
	return t.status;
}
