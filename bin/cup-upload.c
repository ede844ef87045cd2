/* SPDX-License-Identifier: ISC */
/* cup-upload: the gate before a server's HTTP, for files. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/launch.h"
#include "io/notify.h"
#include "record/node-name.h"
#include "upload/gate.h"

enum {
	SIZE_MIN = 1,
	CONNECTIONS_MIN = 4,
	CONNECTIONS_MAX = 100000,
};

struct options {
	struct gate_options o;
	struct address listen, slots, pipeline;
	char *server, *server_ca, *store, *node, *shell, *certificate, *key;
	char *ca, *own_certificate, *own_key; /* for the pipeline */
	const char **argv;
	const char *command[4];
	int connections;
	poptContext ctx; /* owner of argv */
};

enum {
	OPT_LISTEN = 1,
	OPT_SERVER,
	OPT_SERVER_CA,
	OPT_STORE,
	OPT_SLOTS,
	OPT_SIZE,
	OPT_EXPIRES,
	OPT_TIMEOUT,
	OPT_HOLD,
	OPT_NODE,
	OPT_CERTIFICATE,
	OPT_KEY,
	OPT_PIPELINE,
	OPT_PIPELINE_CA,
	OPT_PIPELINE_CERTIFICATE,
	OPT_PIPELINE_KEY,
	OPT_COMMAND,
};

static void set_address(struct address *a, const char *name, char *text)
{
	const char *why;

	address_release(a);
	if (!address_parse(a, text, &why))
		cli_misuse("option '--%s': '%s': %s", name, text, why);
	free(text);
}

static void set_node(struct options *opt, char *name)
{
	if (!node_name_valid(name))
		cli_misuse("option '--node': '%s' is no name: 1 to 255 "
			   "printable ASCII characters, no space", name);
	free(opt->node);
	opt->node = name;
}

static void set_server(struct options *opt, char *url)
{
	const char *why = gate_check_server(url);

	if (why)
		cli_misuse("option '--server': '%s' %s", url, why);
	free(opt->server);
	opt->server = url;
}

/* The field of a row that is a string and no more; NULL: it is another. */
static char **string_of(struct options *opt, int row)
{
	switch (row) {
	case OPT_SERVER_CA:
		return &opt->server_ca;
	case OPT_STORE:
		return &opt->store;
	case OPT_CERTIFICATE:
		return &opt->certificate;
	case OPT_KEY:
		return &opt->key;
	case OPT_PIPELINE_CA:
		return &opt->ca;
	case OPT_PIPELINE_CERTIFICATE:
		return &opt->own_certificate;
	case OPT_PIPELINE_KEY:
		return &opt->own_key;
	case OPT_COMMAND:
		return &opt->shell;
	default:
		return NULL;
	}
}

static void set_amount(struct options *opt, poptContext ctx, int row)
{
	struct gate_options *o = &opt->o;
	const uint64_t day = 86400000;

	if (row == OPT_SIZE)
		o->file_size_max =
		    cli_size(ctx, "file-size-max", SIZE_MIN, UINT64_C(1) << 50);
	else if (row == OPT_EXPIRES)
		o->slot_expires =
		    cli_duration(ctx, "slot-expires", 100, day);
	else if (row == OPT_TIMEOUT)
		o->timeout = cli_duration(ctx, "timeout", 100, day);
	else if (row == OPT_HOLD)
		o->hold_timeout = cli_duration(ctx, "hold-timeout", 100, day);
}

static void set_one(struct options *opt, poptContext ctx, int row)
{
	char **string = string_of(opt, row);

	if (string) {
		free(*string);
		*string = cli_argument(ctx);
		return;
	}
	if (row == OPT_LISTEN)
		set_address(&opt->listen, "listen", cli_argument(ctx));
	else if (row == OPT_SLOTS)
		set_address(&opt->slots, "slots", cli_argument(ctx));
	else if (row == OPT_PIPELINE)
		set_address(&opt->pipeline, "pipeline", cli_argument(ctx));
	else if (row == OPT_SERVER)
		set_server(opt, cli_argument(ctx));
	else if (row == OPT_NODE)
		set_node(opt, cli_argument(ctx));
	else
		set_amount(opt, ctx, row);
}

static const char *conflict(const struct options *opt)
{
	int ways = (opt->shell != NULL) + (opt->pipeline.text != NULL) +
	    (opt->argv && opt->argv[0]);

	if (!opt->listen.text)
		return "no '--listen' given";
	if (!opt->server)
		return "no '--server' given";
	if (!opt->store)
		return "no '--store' given";
	if (!opt->slots.text)
		return "no '--slots' given";
	if (opt->slots.kind != ADDRESS_UNIX)
		return "option '--slots': only unix: is spoken there";
	if (opt->listen.tls != (opt->certificate != NULL))
		return opt->certificate
			? "option '--certificate': '--listen' is no tls: one"
			: "option '--listen': tls: needs a '--certificate'";
	if (opt->server_ca && strncmp(opt->server, "https:", 6) != 0)
		return "option '--server-ca': '--server' is no https: one";
	if (opt->key && !opt->certificate)
		return "'--private-key' needs '--certificate'";
	if (ways == 0)
		return "no pipeline given: '--pipeline', '-c', or a command "
		       "behind '--'";
	if (ways > 1)
		return "more than one pipeline given";
	if (opt->pipeline.kind == ADDRESS_FD && opt->pipeline.text)
		return "option '--pipeline': nobody listens at fd:";
	if (opt->connections < CONNECTIONS_MIN ||
	    opt->connections > CONNECTIONS_MAX)
		return "option '--max-connections': out of range";
	return NULL;
}

static void parse(struct options *opt, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"listen", '\0', POPT_ARG_STRING, NULL, OPT_LISTEN,
		"Clients connect here", "ADDRESS"},
	    {"server", '\0', POPT_ARG_STRING, NULL, OPT_SERVER,
		"The XMPP server's HTTP: http[s]://HOST[:PORT]", "URL"},
	    {"server-ca", '\0', POPT_ARG_STRING, NULL, OPT_SERVER_CA,
		"Authorities for an https server's certificate", "FILE"},
	    {"store", '\0', POPT_ARG_STRING, NULL, OPT_STORE,
		"Keep the files in this folder", "DIR"},
	    {"slots", '\0', POPT_ARG_STRING, NULL, OPT_SLOTS,
		"cup-intercept tells of slots here (unix:PATH)", "ADDRESS"},
	    {"pipeline", '\0', POPT_ARG_STRING, NULL, OPT_PIPELINE,
		"Connect to a pipeline that listens there", "ADDRESS"},
	    {"command", 'c', POPT_ARG_STRING, NULL, OPT_COMMAND,
		"Run the pipeline with /bin/sh -c CMD", "CMD"},
	    {"node", '\0', POPT_ARG_STRING, NULL, OPT_NODE,
		"Name of this node (default: the host's)", "NAME"},
	    {"file-size-max", '\0', POPT_ARG_STRING, NULL, OPT_SIZE,
		"Refuse larger files (default: 100M)", "SIZE"},
	    {"slot-expires", '\0', POPT_ARG_STRING, NULL, OPT_EXPIRES,
		"How long a slot is good (default: 5m)", "TIME"},
	    {"hold-timeout", '\0', POPT_ARG_STRING, NULL, OPT_HOLD,
		"How long a file waits to be decided (default: 60s)", "TIME"},
	    {"timeout", '\0', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
		"How long a client or the server may be silent "
		"(default: 60s)", "TIME"},
	    {"max-connections", '\0',
		POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &opt->connections, 0,
		"Connections at a time", "N"},
	    {"certificate", '\0', POPT_ARG_STRING, NULL, OPT_CERTIFICATE,
		"For tls: the certificate and its chain", "FILE"},
	    {"private-key", '\0', POPT_ARG_STRING, NULL, OPT_KEY,
		"Its key, if it is not in the same file", "FILE"},
	    {"pipeline-ca", '\0', POPT_ARG_STRING, NULL, OPT_PIPELINE_CA,
		"Authorities for the pipeline's certificate", "FILE"},
	    {"pipeline-certificate", '\0', POPT_ARG_STRING, NULL,
		OPT_PIPELINE_CERTIFICATE, "Own certificate for the pipeline",
		"FILE"},
	    {"pipeline-key", '\0', POPT_ARG_STRING, NULL, OPT_PIPELINE_KEY,
		"Its key", "FILE"},
	    CLI_TABLE};
	const char *wrong;
	int row;

	opt->ctx = cli_open(argc, argv, table, "[-- COMMAND [ARGUMENT...]]",
	    false);
	while ((row = cli_next(opt->ctx)) > 0)
		set_one(opt, opt->ctx, row);
	opt->argv = poptGetArgs(opt->ctx);
	wrong = conflict(opt);
	if (wrong)
		cli_misuse("%s", wrong);
}

static void set_pipeline(struct options *opt)
{
	struct gate_options *o = &opt->o;

	if (opt->pipeline.text) {
		o->pipeline_address = &opt->pipeline;
		o->pipeline.address = &opt->pipeline;
	} else if (opt->shell) {
		opt->command[0] = "/bin/sh";
		opt->command[1] = "-c";
		opt->command[2] = opt->shell;
		o->pipeline.argv = opt->command;
	} else {
		o->pipeline.argv = (const char *const *)opt->argv;
	}
	o->pipeline_ca = opt->ca;
	o->pipeline_certificate = opt->own_certificate;
	o->pipeline_key = opt->own_key;
}

static void set_options(struct options *opt)
{
	struct gate_options *o = &opt->o;

	if (!opt->node)
		opt->node = node_name_of_host();
	o->listen = &opt->listen;
	o->slots = &opt->slots;
	o->server = opt->server;
	o->server_ca = opt->server_ca;
	o->store = opt->store;
	o->node = opt->node;
	o->max_connections = (unsigned)opt->connections;
	if (opt->certificate) {
		o->certificate = (const char *const *)&opt->certificate;
		o->key = opt->key ? (const char *const *)&opt->key : NULL;
		o->certificates = 1;
	}
	o->listen_pid = getenv("LISTEN_PID");
	o->listen_fds = getenv("LISTEN_FDS");
	o->listen_names = getenv("LISTEN_FDNAMES");
	o->say = diag_warn;
	o->ready = notify_ready;
	o->stopping = notify_stopping;
	o->pipeline_is = notify_pipeline;
	set_pipeline(opt);
}

static void release(struct options *opt)
{
	char *strings[] = {opt->server, opt->server_ca, opt->store, opt->node, opt->shell,
	    opt->certificate, opt->key, opt->ca, opt->own_certificate,
	    opt->own_key};

	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		free(strings[i]);
	address_release(&opt->listen);
	address_release(&opt->slots);
	address_release(&opt->pipeline);
	poptFreeContext(opt->ctx);
}

int main(int argc, char **argv)
{
	struct options opt = {.o = {.file_size_max = 100 << 20,
				  .slot_expires = 300000,
				  .timeout = 60000,
				  .hold_timeout = 60000},
	    .connections = 1000};
	struct buf why = BUF_EMPTY;
	struct gate *g;
	int code;

	parse(&opt, argc, (const char **)argv);
	set_options(&opt);
	launch_long_lived();
	g = gate_new(&opt.o, &why, &code);
	if (!g)
		diag_die(code, "%s", buf_str(&why));
	gate_run(g);
	gate_free(g);
	release(&opt);
	buf_release(&why);
	return EX_OK;
}
