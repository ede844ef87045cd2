/* SPDX-License-Identifier: ISC */
/* cup-config: show, check and change the settings of a node. */
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
#include "node/audit.h"
#include "node/conf-file.h"
#include "node/conf-save.h"
#include "node/conf-show.h"
#include "node/conf-text.h"
#include "node/conf.h"
#include "node/editor.h"

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
	struct conf_file file;
	struct buf out; /* for stdout, at the end */
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

static void begin(struct conf_file *f, const char *node, bool changing)
{
	const char *fault = conf_file_open(f, config_dir(), node, changing);
	const char *what = f->path ? f->path : config_dir();

	if (fault && errno == ENOENT)
		diag_die(1, "no node '%s': no %s '%s'", node,
		    f->path ? "file" : "folder", what);
	if (fault)
		diag_die_errno(EX_IOERR, "%s '%s'", fault, what);
}

/* Check and save; returns the exit status. */
static int save(struct work *w, struct span text)
{
	struct buf mistakes = BUF_EMPTY;
	const char *step;
	int code = EX_OK;

	switch (conf_file_save(&w->file, text, &w->out, &mistakes, &step)) {
	case CONF_FILE_SAVED:
		break;
	case CONF_FILE_SAME:
		buf_adds(&w->out, "nothing to change\n");
		break;
	case CONF_FILE_MISTAKEN:
		code = EX_CONFIG;
		break;
	case CONF_FILE_FAILED:
		diag_die_errno(EX_IOERR, "%s '%s'", step, w->file.path);
	}
	diag_lines(buf_str(&mistakes));
	buf_release(&mistakes);
	return code;
}

static int show(struct work *w, const char **keys)
{
	bool any = !keys || keys[1];

	for (size_t i = 0; keys && keys[i]; i++) {
		if (!setting_find(keys[i]))
			cli_misuse("unknown key '%s'", keys[i]);
		any = any || conf_get(&w->file.conf, keys[i]);
		conf_show_key(&w->file.conf, keys[i], !keys[1], &w->out);
	}
	for (size_t i = 0; !keys && i < setting_count; i++)
		conf_show_key(&w->file.conf, setting_table[i].key, false,
		    &w->out);
	diag_lines(buf_str(&w->file.mistakes));
	if (w->file.mistakes.len)
		return EX_CONFIG;
	return any ? EX_OK : 1;
}

static int change(struct work *w, const char **operands)
{
	struct buf text = BUF_EMPTY, why = BUF_EMPTY;
	int code;

	buf_addspan(&text, buf_span(&w->file.text));
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
	buf_addspan(&text, buf_span(&w->file.text));
	do {
		if (!editor_run(editor, w->file.store.dir, &text)) {
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
	uint64_t n = 1;
	size_t count = 0;

	if (operand && !quantity_number(operand[0], &n))
		cli_misuse("'%s' is not the number of a version", operand[0]);
	if (conf_file_version(&w->file, n, text, &count))
		return;
	if (!errno)
		diag_die(1, "node '%s' has %zu earlier versions",
		    w->file.node, count);
	diag_die_errno(EX_IOERR, "cannot read %s%s",
	    text->len ? "version " : "the history", buf_str(text));
}

static int diff(struct work *w, const char **operand)
{
	struct buf text = BUF_EMPTY, quiet = BUF_EMPTY;
	struct conf then = {0};

	version(w, operand, &text);
	conf_parse(&then, w->file.path, buf_span(&text), &quiet);
	conf_diff(&then, &w->file.conf, &w->out);
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
	struct conf_store_list list;
	const char *which;

	if (!conf_store_history(&w->file.store, w->file.node, &list))
		diag_die_errno(EX_IOERR, "cannot read the history");
	if (!conf_show_history(&w->file.store, w->file.node, &list,
		&w->file.conf, &which, &w->out))
		diag_die_errno(EX_IOERR, "cannot read version %s", which);
	conf_store_list_release(&list);
	return EX_OK;
}

static int check(struct work *w)
{
	struct audit s = {BUF_EMPTY, {0}};
	int code;

	diag_lines(buf_str(&w->file.mistakes));
	if (w->file.mistakes.len)
		return EX_CONFIG;
	audit_all(&s, &w->file.conf, getenv("PATH"));
	buf_addspan(&w->out, buf_span(&s.lines));
	code = s.count[FINDING_WRONG] || s.count[FINDING_OPEN] ? 1 : EX_OK;
	audit_release(&s);
	return code;
}

static int list_nodes(void)
{
	struct conf_store_list list;
	struct conf_store s;

	if (!conf_store_open(&s, config_dir(), false)) {
		if (errno == ENOENT)
			return EX_OK;
		diag_die_errno(EX_IOERR, "cannot open '%s'", config_dir());
	}
	if (!conf_store_nodes(&s, &list))
		diag_die_errno(EX_IOERR, "cannot read '%s'", config_dir());
	for (size_t i = 0; i < list.count; i++)
		puts(list.name[i]);
	conf_store_list_release(&list);
	conf_store_close(&s);
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
	struct work w = {.out = BUF_EMPTY};
	int code;

	begin(&w.file, o->node, changing);
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
	conf_file_close(&w.file);
	buf_release(&w.out);
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
