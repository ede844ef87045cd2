/* SPDX-License-Identifier: ISC */
/* cup-config: show, check and change the settings of a node. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "conf-node.h"
#include "conf-save.h"
#include "conf-show.h"
#include "conf-text.h"
#include "conf.h"
#include "diag.h"
#include "editor.h"
#include "identity.h"
#include "mem.h"
#include "quantity.h"
#include "survey.h"

/* What an option asks for; 0: to show or change settings. */
enum mode { CHECK = 1, DIFF, EDIT, HISTORY, LIST, ROLLBACK, SETTINGS };

struct options {
	enum mode mode;
	const char *node;
	const char **rest; /* operands behind it, or NULL */
	poptContext context;
};

/* One run's work on one node. */
struct work {
	struct store store;
	const char *node;
	char *path;
	struct buf text; /* of the file as it is; empty if there is none */
	bool there;
	struct conf now;
	struct buf mistakes; /* of the file as it is */
	struct buf out;	     /* for stdout, at the end */
};

static void take_operands(struct options *o)
{
	size_t most = SIZE_MAX, n = 0;

	o->node = poptGetArg(o->context);
	o->rest = poptGetArgs(o->context);
	if (o->mode == LIST || o->mode == SETTINGS) {
		if (o->node)
			cli_misuse("unexpected operand '%s'", o->node);
		return;
	}
	if (!o->node)
		cli_misuse("no node given");
	if (!conf_node_valid(o->node))
		cli_misuse("'%s' cannot be the name of a node", o->node);
	if (o->mode)
		most = o->mode == DIFF || o->mode == ROLLBACK;
	while (o->rest && o->rest[n]) {
		if (++n > most)
			cli_misuse("unexpected operand '%s'", o->rest[n - 1]);
	}
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"check", '\0', POPT_ARG_NONE, NULL, CHECK,
		"Look for what is wrong or open around the node", NULL},
	    {"edit", '\0', POPT_ARG_NONE, NULL, EDIT,
		"Edit the file; save it if it has no mistake", NULL},
	    {"history", '\0', POPT_ARG_NONE, NULL, HISTORY,
		"List the earlier versions, the latest first", NULL},
	    {"diff", '\0', POPT_ARG_NONE, NULL, DIFF,
		"Show what changed since version N (1: the latest)", NULL},
	    {"rollback", '\0', POPT_ARG_NONE, NULL, ROLLBACK,
		"Bring version N back (1: the latest)", NULL},
	    {"list", '\0', POPT_ARG_NONE, NULL, LIST,
		"List the nodes", NULL},
	    {"settings", '\0', POPT_ARG_NONE, NULL, SETTINGS,
		"List all settings there are", NULL},
	    CLI_TABLE};
	int mode;

	o->context = cli_open(argc, argv, table,
	    "NODE [KEY... | KEY=VALUE... | N]", false);
	while ((mode = cli_next(o->context)) >= 0) {
		if (o->mode && o->mode != (enum mode)mode)
			cli_misuse("only one of the options at a time");
		o->mode = (enum mode)mode;
	}
	take_operands(o);
}

static const char *config_dir(void)
{
	const char *dir = getenv("CUP_CONFIG_DIR");

	return dir && *dir ? dir : "/etc/cup";
}

/* Open the folder and read the file. changing: it may not be there yet, and
 * others are kept out until the end. */
static void begin(struct work *w, const char *node, bool changing)
{
	w->node = node;
	if (!store_open(&w->store, config_dir(), changing)) {
		if (errno == ENOENT)
			diag_die(1, "no node '%s': no folder '%s'", node,
			    config_dir());
		diag_die_errno(EX_IOERR, "cannot open '%s'", config_dir());
	}
	if (changing && !store_lock(&w->store))
		diag_die_errno(EX_IOERR, "cannot lock '%s'", config_dir());
	w->path = store_path(&w->store, node);
	w->there = conf_load(w->path, &w->text);
	if (!w->there && errno != ENOENT)
		diag_die_errno(EX_IOERR, "cannot read '%s'", w->path);
	if (!w->there && !changing)
		diag_die(1, "no node '%s': no file '%s'", node, w->path);
	conf_judge(&w->now, &w->store, node, buf_span(&w->text), &w->mistakes);
}

static void end(struct work *w)
{
	conf_release(&w->now);
	buf_release(&w->mistakes);
	buf_release(&w->text);
	buf_release(&w->out);
	free(w->path);
	store_close(&w->store);
}

/* The group that has to be able to read the file again: the node's, where it
 * does not go on as root. */
static gid_t reader(const struct conf *c)
{
	struct identity id;

	return !identity_of(&id, c) && id.change ? id.gid : (gid_t)-1;
}

/* Check and save; returns the exit status. */
static int save(struct work *w, struct span text)
{
	struct buf mistakes = BUF_EMPTY;
	struct conf to = {0};
	const char *step;
	int code = EX_CONFIG;

	if (w->there && span_same(text, buf_span(&w->text))) {
		buf_adds(&w->out, "nothing to change\n");
		return EX_OK;
	}
	conf_judge(&to, &w->store, w->node, text, &mistakes);
	diag_lines(buf_str(&mistakes));
	if (!mistakes.len) {
		if (!store_save(&w->store, w->node, text, reader(&to), &step))
			diag_die_errno(EX_IOERR, "%s '%s'", step, w->path);
		conf_show_change(&w->now, &to, w->node, !w->there, &w->out);
		code = EX_OK;
	}
	buf_release(&mistakes);
	conf_release(&to);
	return code;
}

static int show(struct work *w, const char **keys)
{
	bool any = !keys || keys[1];

	for (size_t i = 0; keys && keys[i]; i++) {
		if (!setting_find(keys[i]))
			cli_misuse("unknown key '%s'", keys[i]);
		any = any || conf_get(&w->now, keys[i]);
		conf_show_key(&w->now, keys[i], !keys[1], &w->out);
	}
	for (size_t i = 0; !keys && i < setting_count; i++)
		conf_show_key(&w->now, setting_table[i].key, false,
		    &w->out);
	diag_lines(buf_str(&w->mistakes));
	if (w->mistakes.len)
		return EX_CONFIG;
	return any ? EX_OK : 1;
}

static int change(struct work *w, const char **operands)
{
	struct buf text = BUF_EMPTY, why = BUF_EMPTY;
	int code;

	buf_addspan(&text, buf_span(&w->text));
	if (!conf_text_assign(&text, operands, &why))
		cli_misuse("%s", buf_str(&why));
	code = save(w, buf_span(&text));
	buf_release(&text);
	buf_release(&why);
	return code;
}

/* Whether a person at the terminal wants to go on. */
static bool again(void)
{
	char answer[64];

	if (!isatty(STDIN_FILENO))
		return false;
	fputs("Edit again? [Y/n] ", stderr);
	return fgets(answer, sizeof(answer), stdin) &&
	    !strchr("nN", answer[0]);
}

static int edit(struct work *w)
{
	const char *editor = getenv("VISUAL");
	struct buf text = BUF_EMPTY;
	int code;

	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (!editor || !*editor)
		editor = "vi";
	buf_addspan(&text, buf_span(&w->text));
	do {
		if (!editor_run(editor, w->store.dir, &text)) {
			if (errno)
				diag_die_errno(EX_IOERR, "cannot edit");
			diag_die(1, "the editor failed: nothing is saved");
		}
		code = save(w, buf_span(&text));
	} while (code == EX_CONFIG && again());
	buf_release(&text);
	return code;
}

/* Read the version that the operand N asks for. */
static void version(struct work *w, const char **operand, struct buf *text)
{
	struct store_list list;
	uint64_t n = 1;

	if (operand && !quantity_number(operand[0], &n))
		cli_misuse("'%s' is not the number of a version", operand[0]);
	if (!store_history(&w->store, w->node, &list))
		diag_die_errno(EX_IOERR, "cannot read the history");
	if (n == 0 || n > list.count)
		diag_die(1, "node '%s' has %zu earlier versions", w->node,
		    list.count);
	if (!store_version(&w->store, w->node, list.name[n - 1], text))
		diag_die_errno(EX_IOERR, "cannot read version %s",
		    list.name[n - 1]);
	store_list_release(&list);
}

static int diff(struct work *w, const char **operand)
{
	struct buf text = BUF_EMPTY, quiet = BUF_EMPTY;
	struct conf then = {0};

	version(w, operand, &text);
	conf_parse(&then, w->path, buf_span(&text), &quiet);
	conf_diff(&then, &w->now, &w->out);
	conf_release(&then);
	buf_release(&quiet);
	buf_release(&text);
	return EX_OK;
}

static int roll_back(struct work *w, const char **operand)
{
	struct buf text = BUF_EMPTY;
	int code;

	version(w, operand, &text);
	code = save(w, buf_span(&text));
	buf_release(&text);
	return code;
}

static int history(struct work *w)
{
	struct store_list list;
	const char *which;

	if (!store_history(&w->store, w->node, &list))
		diag_die_errno(EX_IOERR, "cannot read the history");
	if (!conf_show_history(&w->store, w->node, &list, &w->now, &which,
		&w->out))
		diag_die_errno(EX_IOERR, "cannot read version %s", which);
	store_list_release(&list);
	return EX_OK;
}

static int check(struct work *w)
{
	struct survey s = {BUF_EMPTY, {0}};
	int code;

	diag_lines(buf_str(&w->mistakes));
	if (w->mistakes.len)
		return EX_CONFIG;
	survey_all(&s, &w->now, getenv("PATH"));
	buf_addspan(&w->out, buf_span(&s.lines));
	code = s.count[FINDING_WRONG] || s.count[FINDING_OPEN] ? 1 : EX_OK;
	survey_release(&s);
	return code;
}

static int list_nodes(void)
{
	struct store_list list;
	struct store s;

	if (!store_open(&s, config_dir(), false)) {
		if (errno == ENOENT)
			return EX_OK;
		diag_die_errno(EX_IOERR, "cannot open '%s'", config_dir());
	}
	if (!store_nodes(&s, &list))
		diag_die_errno(EX_IOERR, "cannot read '%s'", config_dir());
	for (size_t i = 0; i < list.count; i++)
		puts(list.name[i]);
	store_list_release(&list);
	store_close(&s);
	return EX_OK;
}

static int list_settings(void)
{
	struct buf out = BUF_EMPTY;

	conf_show_table(&out);
	fputs(buf_str(&out), stdout);
	buf_release(&out);
	return EX_OK;
}

static int work_on(const struct options *o)
{
	const char **rest = o->rest;
	bool changing = o->mode == EDIT || o->mode == ROLLBACK ||
	    (!o->mode && rest && strchr(rest[0], '='));
	struct work w = {.store = {NULL, -1}};
	int code;

	begin(&w, o->node, changing);
	if (o->mode == CHECK)
		code = check(&w);
	else if (o->mode == EDIT)
		code = edit(&w);
	else if (o->mode == HISTORY)
		code = history(&w);
	else if (o->mode == DIFF)
		code = diff(&w, rest);
	else if (o->mode == ROLLBACK)
		code = roll_back(&w, rest);
	else
		code = changing ? change(&w, rest) : show(&w, rest);
	fputs(buf_str(&w.out), stdout);
	end(&w);
	return code;
}

int main(int argc, const char **argv)
{
	struct options o = {0};
	int code;

	parse(&o, argc, argv);
	/* A peer that goes away, or a full disk, is a fault like others. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (o.mode == LIST)
		code = list_nodes();
	else if (o.mode == SETTINGS)
		code = list_settings();
	else
		code = work_on(&o);
	poptFreeContext(o.context);
	cli_close_stdout();
	return code;
}
