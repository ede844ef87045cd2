/* SPDX-License-Identifier: ISC */
/* cup-print: shows records to people and other programs. */
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "io/out.h"
#include "journal/operands.h"
#include "journal/print.h"
#include "record/fields.h"

struct shop {
	struct print print;
	struct fields fields;
	struct out out;
	struct operands in;
};

static void parse_fields(struct print *p, char *list)
{
	size_t len;
	const char *bad = print_fields(p, list, &len);

	if (bad)
		cli_misuse("option '--fields': '%.*s' is no field, or given "
			   "twice", (int)len, bad);
	free(list);
}

static void parse_format(struct print *p, char *name)
{
	p->format = print_format_from(name);
	if (!p->format)
		cli_misuse("option '--output': bad value '%s': text, tab, json "
			   "or csv", name);
	free(name);
}

/* What was not asked for. */
static void set_defaults(struct print *p)
{
	bool fields = p->fields;

	if (!p->format)
		p->format = fields ? &print_tab : &print_text;
	if (fields && !p->format->fielded)
		cli_misuse("option '--fields' goes with tab, json or csv, not "
			   "with '%s'", p->format->name);
	if (!fields)
		print_all_fields(p);
	p->terminal = isatty(STDOUT_FILENO);
	if (p->local)
		tzset();
}

static poptContext parse(int argc, const char **argv, struct print *p)
{
	int local = 0;
	const struct poptOption table[] = {
	    {"fields", 'f', POPT_ARG_STRING, NULL, 'f',
		"Print these fields, with a TAB between", "FIELD,..."},
	    {"output", 'o', POPT_ARG_STRING, NULL, 'o',
		"Print text, tab, json or csv", "FORMAT"},
	    {"color", '\0', POPT_ARG_STRING, NULL, 'c',
		"Colour the text: auto, always or never", "WHEN"},
	    {"local", '\0', POPT_ARG_NONE, &local, 0,
		"Show times of this place in the text, not UTC", NULL},
	    {"width", 'w', POPT_ARG_STRING, NULL, 'w',
		"Break the text at N columns; 0: nowhere", "N"},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table,
	    "[OPTION...] [JOURNAL|FILE...]", false);
	enum cli_colour when = CLI_COLOUR_AUTO;
	int rc;

	p->width = cli_columns(STDOUT_FILENO);
	while ((rc = cli_next(ctx)) >= 0) {
		if (rc == 'f')
			parse_fields(p, cli_argument(ctx));
		else if (rc == 'o')
			parse_format(p, cli_argument(ctx));
		else if (rc == 'c')
			when = cli_colour(ctx, "color");
		else
			p->width = cli_size(ctx, "width", 0, 100000);
	}
	p->colour = cli_coloured(when, STDOUT_FILENO);
	p->local = local;
	set_defaults(p);
	return ctx;
}

static void written(bool ok)
{
	if (!ok)
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}

static void show(void *arg, struct source *source, const struct record *r)
{
	struct shop *s = arg;

	fields_begin(&s->fields, r, source->seq);
	s->print.format->record(&s->print, &s->fields, &s->out.buf);
	if (s->fields.fault) {
		s->in.malformed = true;
		diag_warn("%s: its stanza is not in canonical form: %s",
		    source_where(source), s->fields.fault);
	}
	written(out_spill(&s->out));
}

static void drained(void *arg)
{
	struct shop *s = arg;

	written(out_flush(&s->out));
}

int main(int argc, char **argv)
{
	struct shop s = {.out = {STDOUT_FILENO, BUF_EMPTY},
	    .in = {show, drained, diag_warn, &s, false, false}};
	poptContext ctx = parse(argc, (const char **)argv, &s.print);
	const char *path = poptGetArg(ctx);

	if (s.print.format->begin)
		s.print.format->begin(&s.print, &s.out.buf);
	if (!path)
		operands_read(&s.in, "-");
	for (; path; path = poptGetArg(ctx))
		operands_read(&s.in, path);
	poptFreeContext(ctx);
	written(out_flush(&s.out));
	cli_close_stdout();
	fields_release(&s.fields);
	print_release(&s.print);
	buf_release(&s.out.buf);
	if (s.in.failed)
		return EX_IOERR;
	return s.in.malformed ? EX_DATAERR : EX_OK;
}
