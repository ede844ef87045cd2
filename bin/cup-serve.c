/* SPDX-License-Identifier: ISC */
/* Run one pipeline for each connection. */
#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/address.h"
#include "serve/acceptor.h"

enum {
	SPARE_FDS = 160, /* also for handshakes that are not done */
	CONNECTIONS_MAX = 1000000,
};

struct options {
	char *address, *certificate, *key, *ca;
	char *shell, **argv;
	int max, max_per_peer, replace;
};

static bool quiet, verbose;

static void tell(enum acceptor_news news, const char *text)
{
	if (news == ACCEPTOR_FAULT || (news == ACCEPTOR_STATE && !quiet) ||
	    (news == ACCEPTOR_DETAIL && verbose))
		diag_warn("%s", text);
}

/* The strings stay the options'. */
static struct tls_config tls_settings(const struct options *o)
{
	return (struct tls_config){.server = true,
	    .certificates = (const char *const *)&o->certificate,
	    .keys = o->key ? (const char *const *)&o->key : NULL,
	    .count = 1, .ca = o->ca};
}

/* Every connection takes a descriptor here, whatever the limit is for the
 * commands. */
static void raise_limit(struct acceptor *u)
{
	struct rlimit more;
	rlim_t want = (rlim_t)u->max + SPARE_FDS;

	getrlimit(RLIMIT_NOFILE, &u->nofile);
	more = u->nofile;
	if (more.rlim_cur >= want)
		return;
	more.rlim_cur = more.rlim_max < want ? more.rlim_max : want;
	setrlimit(RLIMIT_NOFILE, &more);
}

static struct tls_context *open_tls(const struct options *o, bool tls)
{
	struct tls_config config = tls_settings(o);
	struct tls_context *context;
	struct buf why = BUF_EMPTY;

	if (!tls && (o->certificate || o->key || o->ca))
		cli_misuse("'%s' takes no certificates", o->address);
	if (!tls)
		return NULL;
	if (!o->certificate)
		cli_misuse("'%s' needs a --certificate", o->address);
	context = tls_context_new(&config, &why);
	if (!context)
		diag_die(EX_CONFIG, "%s", buf_str(&why));
	buf_release(&why);
	return context;
}

static void open_sockets(struct address *a, struct listening *l)
{
	const char *why;
	bool opened;

	opened = a->kind == ADDRESS_FD
	    ? address_adopt(a, getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
		  getenv("LISTEN_FDNAMES"), l, &why)
	    : address_listen(a, l, &why);
	if (!opened)
		diag_die(EX_OSERR, "cannot listen on '%s': %s", a->text, why);
	for (size_t i = 0; i < l->count && !quiet; i++) {
		struct endpoint e = endpoint_of_socket(l->fds[i]);
		char text[ENDPOINT_TEXT];

		endpoint_text(&e, text);
		diag_warn("listening on %s%s", endpoint_family(&e) == AF_UNIX
		    ? "" : a->tls ? "tls:" : "tcp:", text);
	}
}

enum { OPT_COMMAND = 1, OPT_CERTIFICATE, OPT_KEY, OPT_CA };

static void set(char **field, poptContext ctx)
{
	free(*field);
	*field = cli_argument(ctx);
}

static char **copy_argv(const char **args)
{
	char **argv = NULL;
	size_t n = 0;

	for (; args && *args; args++) {
		argv = mem_resize(argv, n + 2, sizeof(*argv));
		argv[n++] = mem_strdup(*args);
		argv[n] = NULL;
	}
	return argv;
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"command", 'c', POPT_ARG_STRING, NULL, OPT_COMMAND,
		"Run this by /bin/sh for each connection", "COMMAND"},
	    {"certificate", '\0', POPT_ARG_STRING, NULL, OPT_CERTIFICATE,
		"For tls: the certificate and its chain", "FILE"},
	    {"private-key", '\0', POPT_ARG_STRING, NULL, OPT_KEY,
		"Its key, if it is not in the same file", "FILE"},
	    {"ca", '\0', POPT_ARG_STRING, NULL, OPT_CA,
		"Require clients' certificates, of these authorities", "FILE"},
	    {"max-connections", '\0',
		POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &o->max, 0,
		"Refuse more connections at a time", "N"},
	    {"max-per-peer", '\0', POPT_ARG_INT, &o->max_per_peer, 0,
		"And of one address (default: 3/4) or unix user", "N"},
	    {"replace", 'r', POPT_ARG_NONE, &o->replace, 0,
		"End a peer's earlier connections when it comes again", NULL},
	    {"quiet", 'q', POPT_ARG_NONE, NULL, 'q',
		"Tell faults only", NULL},
	    {"verbose", 'v', POPT_ARG_NONE, NULL, 'v',
		"Tell of every connection", NULL},
	    CLI_TABLE};
	poptContext ctx;
	const char *address;
	int rc;

	ctx = cli_open(argc, argv, table,
	    "ADDRESS (-c COMMAND | -- COMMAND [ARGUMENT...])", false);
	while ((rc = cli_next(ctx)) > 0) {
		if (rc == OPT_COMMAND)
			set(&o->shell, ctx);
		else if (rc == OPT_CERTIFICATE)
			set(&o->certificate, ctx);
		else if (rc == OPT_KEY)
			set(&o->key, ctx);
		else if (rc == OPT_CA)
			set(&o->ca, ctx);
		else if (rc == 'q')
			quiet = true;
		else if (rc == 'v')
			verbose = true;
	}
	address = poptGetArg(ctx);
	if (!address)
		cli_misuse("no address");
	o->address = mem_strdup(address);
	o->argv = copy_argv(poptGetArgs(ctx));
	poptFreeContext(ctx);
	if (!o->shell == !o->argv)
		cli_misuse(o->argv ? "both -c and a command" : "no command");
	if (o->max < 1 || o->max > CONNECTIONS_MAX)
		cli_misuse("option '--max-connections': out of range");
	if (o->max_per_peer < 0)
		cli_misuse("option '--max-per-peer': out of range");
}

static void release(struct options *o)
{
	for (char **a = o->argv; a && *a; a++)
		free(*a);
	free(o->argv);
	free(o->address);
	free(o->certificate);
	free(o->key);
	free(o->ca);
	free(o->shell);
}

int main(int argc, const char **argv)
{
	struct options o = {.max = 100};
	struct address address;
	struct listening listening;
	struct tls_context *context;
	struct acceptor u = {.address = &address, .listening = &listening,
	    .context = &context, .tell = tell};
	const char *why;
	int fd;

	/* Sockets must not take the numbers of standard input and output. */
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		;
	close(fd);
	parse(&o, argc, argv);
	if (!address_parse(&address, o.address, &why))
		cli_misuse("address '%s': %s", o.address, why);
	if (o.replace && !o.ca && address.kind == ADDRESS_TCP)
		cli_misuse("option '--replace' needs peers that are known: "
			   "tls: with --ca, or unix:");
	context = open_tls(&o, address.tls);
	u.command = (struct command){o.shell, o.argv};
	u.tls = tls_settings(&o);
	u.replace = o.replace;
	u.max = (size_t)o.max;
	u.max_per_peer = (size_t)o.max_per_peer;
	raise_limit(&u);
	acceptor_signals(&u);
	open_sockets(&address, &listening);
	acceptor_run(&u);
	tls_context_free(context);
	address_release(&address);
	release(&o);
	return EX_OK;
}
