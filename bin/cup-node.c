/* SPDX-License-Identifier: ISC */
/* cup-node: run a node and keep it up; ask or tell a running one. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "io/program.h"
#include "node/commands.h"
#include "node/conf-node.h"
#include "node/control.h"
#include "node/node.h"
#include "node/setting.h"
#include "node/sealing.h"

enum {
	STATUS_WAIT = 5000, /* milliseconds to answer in */
	RELOAD_WAIT = 60000,
	STOP_WAIT = 15 * 60000, /* hold-timeout is 10 minutes at most */
};

struct options {
	int reload, stop, status, json, commands;
	char *node;
	char *metrics;
	const char *config_dir, *run_dir;
};

static const char *folder(const char *variable, const char *otherwise)
{
	const char *dir = getenv(variable);

	if (!dir || !*dir)
		return otherwise;
	if (*dir != '/')
		diag_die(EX_USAGE, "%s '%s': is not an absolute path",
		    variable, dir);
	return dir;
}

static void take_metrics(struct options *o, char *address)
{
	const char *why = value_metrics.check(NULL, address);

	if (why)
		cli_misuse("option '--metrics': bad value '%s': %s", address,
		    why);
	free(o->metrics);
	o->metrics = address;
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"reload", '\0', POPT_ARG_NONE, &o->reload, 0,
		"Have the running node read its settings again", NULL},
	    {"status", '\0', POPT_ARG_NONE, &o->status, 0,
		"Print what the running node does", NULL},
	    {"json", '\0', POPT_ARG_NONE, &o->json, 0,
		"With --status: print it as JSON", NULL},
	    {"stop", '\0', POPT_ARG_NONE, &o->stop, 0,
		"Stop the running node, and wait for it", NULL},
	    {"commands", '\0', POPT_ARG_NONE, &o->commands, 0,
		"Print the command lines that the settings make", NULL},
	    {"metrics", '\0', POPT_ARG_STRING, NULL, 'm',
		"Tell numbers by HTTP there, whatever the settings say",
		"ADDRESS"},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "NODE", false);

	while (cli_next(ctx) >= 0)
		take_metrics(o, cli_argument(ctx));
	if (!poptPeekArg(ctx))
		cli_misuse("no node given");
	o->node = mem_strdup(poptGetArg(ctx));
	if (poptPeekArg(ctx))
		cli_misuse("one node at a time: '%s'", poptPeekArg(ctx));
	if (!conf_node_valid(o->node))
		cli_misuse("'%s' cannot be the name of a node", o->node);
	if (o->reload + o->stop + o->status + o->commands > 1)
		cli_misuse("only one of the options at a time");
	if (o->metrics && o->reload + o->stop + o->status + o->commands)
		cli_misuse("--metrics is for a node that starts");
	if (o->json && !o->status)
		cli_misuse("--json goes with --status");
	poptFreeContext(ctx);
	o->config_dir = folder("CUP_CONFIG_DIR", "/etc/cup");
	o->run_dir = folder("CUP_RUN_DIR", "/run/cup");
}

/* The settings, or with every mistake named the end. */
static void read_settings(const struct options *o, struct conf *c)
{
	struct buf text = BUF_EMPTY, mistakes = BUF_EMPTY;
	struct conf_store s;
	char *path;

	if (!conf_store_open(&s, o->config_dir, false))
		diag_die_errno(EX_CONFIG, "cannot open '%s'", o->config_dir);
	path = conf_store_path(&s, o->node);
	if (!conf_load(path, &text))
		diag_die_errno(EX_CONFIG, "cannot read '%s'", path);
	conf_judge(c, &s, o->node, buf_span(&text), &mistakes);
	diag_lines(buf_str(&mistakes));
	if (mistakes.len)
		exit(EX_CONFIG);
	free(path);
	conf_store_close(&s);
	buf_release(&text);
	buf_release(&mistakes);
}

static int commands(const struct options *o)
{
	struct commands w = {.stages = 0};
	struct args a = {NULL, 0};
	struct buf out = BUF_EMPTY;
	struct conf c = {0};

	read_settings(o, &c);
	commands_intercept(&a, &c, o->run_dir, o->node);
	commands_pipeline(&w, &c, o->run_dir, o->node);
	args_text(&a, &out);
	buf_addc(&out, '\n');
	for (size_t i = 0; i < w.stages; i++) {
		args_text(&w.stage[i], &out);
		buf_addc(&out, '\n');
	}
	if (commands_review(&a, &c, conf_get(&c, "review"), o->run_dir,
		o->node)) {
		args_text(&a, &out);
		buf_addc(&out, '\n');
	}
	if (commands_upload(&a, &c, &c, o->run_dir, o->node)) {
		args_text(&a, &out);
		buf_addc(&out, '\n');
	}
	if (sealing_command(&a, &c)) {
		args_text(&a, &out);
		buf_addc(&out, '\n');
	}
	fputs(buf_str(&out), stdout);
	args_release(&a);
	commands_release(&w);
	conf_release(&c);
	buf_release(&out);
	cli_close_stdout();
	return EX_OK;
}

/* Ask the running node; exits where it does not run or does not answer. */
static enum control_answer ask(const struct options *o, const char *request,
    int ms, struct buf *lines, int *code)
{
	char *path = commands_path(o->run_dir, o->node, "control");
	struct buf why = BUF_EMPTY;
	enum control_answer found =
	    control_ask(path, request, ms, lines, code, &why);

	if (found == CONTROL_DOWN)
		diag_die(1, "node '%s' does not run", o->node);
	if (found == CONTROL_FAILED)
		diag_die(EX_TEMPFAIL, "node '%s' does not answer: %s", o->node,
		    buf_str(&why));
	free(path);
	buf_release(&why);
	return found;
}

static int status(const struct options *o)
{
	struct buf lines = BUF_EMPTY, json = BUF_EMPTY;
	int code = 1;

	if (ask(o, "status", STATUS_WAIT, &lines, &code) != CONTROL_ANSWERED)
		diag_die(1, "node '%s' does not run", o->node);
	if (o->json)
		control_json(buf_span(&lines), &json);
	fputs(buf_str(o->json ? &json : &lines), stdout);
	buf_release(&lines);
	buf_release(&json);
	cli_close_stdout();
	return code;
}

/* Say here, and not only where the node says things, what is wrong. */
static void check(const struct options *o)
{
	struct args a = {NULL, 0};
	struct buf out = BUF_EMPTY;
	struct conf c = {0};
	char *path = NULL;

	read_settings(o, &c);
	if (commands_check(&a, &c, NULL))
		path = program_find(a.word[0], getenv("PATH"));
	if (path) {
		free(a.word[0]);
		a.word[0] = path;
		if (program_run((const char *const *)a.word, &out, NULL, NULL) != 0) {
			diag_lines(buf_str(&out));
			exit(EX_CONFIG);
		}
	}
	args_release(&a);
	conf_release(&c);
	buf_release(&out);
}

static int reload(const struct options *o)
{
	struct buf lines = BUF_EMPTY;
	int code = 1;

	check(o);
	if (ask(o, "reload", RELOAD_WAIT, &lines, &code) != CONTROL_ANSWERED)
		diag_die(1, "node '%s' has ended", o->node);
	diag_lines(buf_str(&lines));
	buf_release(&lines);
	return code;
}

static int stop(const struct options *o)
{
	struct buf lines = BUF_EMPTY, path = BUF_EMPTY;
	int code = EX_OK, fd;

	if (ask(o, "stop", STOP_WAIT, &lines, &code) == CONTROL_ANSWERED) {
		diag_lines(buf_str(&lines));
		return code;
	}
	/* What it does last is to give up its lock. */
	buf_addf(&path, "%s/%s.lock", o->run_dir, o->node);
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_SH) != 0 && errno == EINTR)
		continue;
	buf_release(&path);
	buf_release(&lines);
	return EX_OK;
}

/* The time in which systemd wants to hear something, in milliseconds. */
static uint64_t watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");
	uint64_t n = 0, p = (uint64_t)getpid();

	if (pid && !quantity_number(pid, &p))
		return 0;
	if (!usec || p != (uint64_t)getpid() || !quantity_number(usec, &n))
		return 0;
	return n / 1000;
}

/* Descriptors 0 to 2 are to be what their numbers say, for all children. */
static void fill_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int serve(const struct options *o)
{
	const struct node_options opt = {.name = o->node,
	    .config_dir = o->config_dir, .run_dir = o->run_dir,
	    .search = getenv("PATH"), .notify = getenv("NOTIFY_SOCKET"),
	    .watchdog = watchdog(), .metrics = o->metrics, .say = diag_warn};
	struct buf why = BUF_EMPTY;
	int code = EX_OK;
	struct node *n = node_new(&opt, &why, &code);

	diag_lines(buf_str(&why));
	buf_release(&why);
	if (!n)
		return code;
	node_run(n);
	node_free(n);
	return EX_OK;
}

int main(int argc, const char **argv)
{
	struct options o = {0};
	int code;

	fill_descriptors();
	parse(&o, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	if (o.commands)
		code = commands(&o);
	else if (o.status)
		code = status(&o);
	else if (o.reload)
		code = reload(&o);
	else if (o.stop)
		code = stop(&o);
	else
		code = serve(&o);
	free(o.node);
	free(o.metrics);
	return code;
}
