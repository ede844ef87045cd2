/* SPDX-License-Identifier: ISC */
/* cup-stats: counts records. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "io/out.h"
#include "journal/source.h"
#include "stats/counting.h"
#include "stats/layout.h"
#include "stats/scan.h"

struct options {
	struct counting_plan plan;
	struct layout layout;
	enum cli_colour colour;
	int unique;
	/* What the plan points to. */
	char *zone, *since, *until, *events;
};

struct shop {
	bool malformed, failed;
};

static void parse_by(struct counting_plan *plan, char *list)
{
	const char *rest = list;

	plan->keys = 0;
	for (;;) {
		size_t n = strcspn(rest, ",");
		int key = stats_key_from((struct span){rest, n});

		if (key < 0)
			cli_misuse("option '--by': '%.*s' is none of day, hour, "
				   "user, rule, verdict, node, event", (int)n,
			    rest);
		if (plan->keys == COUNTING_BY_MAX)
			cli_misuse("option '--by': at most two, not '%s'",
			    list);
		if (plan->keys && plan->by[0] == (enum stats_key)key)
			cli_misuse("option '--by': '%.*s' is given twice",
			    (int)n, rest);
		plan->by[plan->keys++] = (enum stats_key)key;
		if (!rest[n])
			break;
		rest += n + 1;
	}
	free(list);
}

static void parse_format(struct layout *r, char *name)
{
	r->format = layout_format_from(name);
	if (!r->format)
		cli_misuse("option '--output': bad value '%s': table, tab, json "
			   "or csv", name);
	free(name);
}

/* Keep the value of an option, if a plan with it alone is one. */
static void take(char **kept, poptContext ctx, const char *option,
    const char **part, struct counting_plan *alone)
{
	struct counting probe;
	char *value = cli_argument(ctx);
	const char *why;

	*part = value;
	why = counting_init(&probe, alone);
	if (why)
		cli_misuse("option '--%s': bad value '%s': %s", option, value,
		    why);
	counting_release(&probe);
	free(*kept);
	*kept = value;
}

static void take_option(struct options *o, poptContext ctx, int option)
{
	struct counting_plan alone = {.now = o->plan.now};

	switch (option) {
	case 'b':
		parse_by(&o->plan, cli_argument(ctx));
		break;
	case 's':
		take(&o->since, ctx, "since", &alone.since, &alone);
		break;
	case 'u':
		take(&o->until, ctx, "until", &alone.until, &alone);
		break;
	case 'e':
		take(&o->events, ctx, "event", &alone.events, &alone);
		break;
	case 'z':
		take(&o->zone, ctx, "zone", &alone.zone, &alone);
		break;
	case 'n':
		o->layout.limit = cli_size(ctx, "limit", 1, UINT32_MAX);
		break;
	case 'o':
		parse_format(&o->layout, cli_argument(ctx));
		break;
	case 'c':
		o->colour = cli_colour(ctx, "color");
		break;
	default:
		o->layout.width = cli_size(ctx, "width", 1, 100000);
	}
}

/* What was not asked for. */
static void set_defaults(struct options *o)
{
	bool terminal = isatty(STDOUT_FILENO);

	if (!o->layout.format)
		o->layout.format = terminal ? &layout_table : &layout_tab;
	if (!o->layout.width)
		o->layout.width = LAYOUT_WIDTH;
	o->layout.colour = cli_coloured(o->colour, STDOUT_FILENO);
	o->layout.print.terminal = terminal;
	o->plan.unique = o->unique;
	o->plan.zone = o->zone;
	o->plan.since = o->since;
	o->plan.until = o->until;
	o->plan.events = o->events;
}

static poptContext parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"by", 'b', POPT_ARG_STRING, NULL, 'b',
		"Count by day (unless set), hour, user, rule, verdict, node or "
		"event, or by two of them", "KEY[,KEY]"},
	    {"since", '\0', POPT_ARG_STRING, NULL, 's',
		"At or after TIME: RFC 3339, a date, or -1d", "TIME"},
	    {"until", '\0', POPT_ARG_STRING, NULL, 'u', "Before TIME", "TIME"},
	    {"event", '\0', POPT_ARG_STRING, NULL, 'e', "Of these events",
		"EVENT,..."},
	    {"zone", '\0', POPT_ARG_STRING, NULL, 'z',
		"Days and hours of this time zone, not of UTC", "NAME"},
	    {"unique", '\0', POPT_ARG_NONE, &o->unique, 0,
		"Each message once, not its copies", NULL},
	    {"limit", 'n', POPT_ARG_STRING, NULL, 'n',
		"Show the first N rows", "N"},
	    {"output", 'o', POPT_ARG_STRING, NULL, 'o',
		"Print table, tab, json or csv", "FORMAT"},
	    {"color", '\0', POPT_ARG_STRING, NULL, 'c',
		"Colour the table: auto, always or never", "WHEN"},
	    {"width", 'w', POPT_ARG_STRING, NULL, 'w',
		"Make the table N columns wide", "N"},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[OPTION...] JOURNAL...",
	    false);
	int option;

	*o = (struct options){.plan = {.by = {STATS_DAY}, .keys = 1,
		.now = stamp_now()},
	    .layout.width = cli_columns(STDOUT_FILENO)};
	while ((option = cli_next(ctx)) >= 0)
		take_option(o, ctx, option);
	if (!poptPeekArg(ctx))
		cli_misuse("no journal given");
	set_defaults(o);
	return ctx;
}

static void bad(void *arg, const char *where, const char *why)
{
	struct shop *s = arg;

	s->malformed = true;
	diag_warn("%s: %s", where, why);
}

static void run_path(struct shop *s, struct stats_scan *scan,
    const char *path)
{
	struct source source;
	const char *why;

	if (strcmp(path, "-") == 0) {
		source_init(&source, STDIN_FILENO);
	} else if (!source_open(&source, path, &why)) {
		s->failed = true;
		diag_warn_errno("'%s' %s", path, why);
		source_release(&source);
		return;
	}
	if (!stats_scan_source(scan, &source)) {
		s->failed = true;
		diag_warn_errno("cannot read '%s'", source.why);
	}
	source_release(&source);
}

static void show(struct options *o, const struct counting *t)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};

	if (t->full)
		diag_die(EX_UNAVAILABLE, "more than %d rows: count less at a "
			 "time", COUNTING_ROWS_MAX);
	layout_write(&o->layout, t, &out.buf);
	if (!out_flush(&out))
		diag_die_errno(EX_IOERR, "cannot write to standard output");
	buf_release(&out.buf);
	cli_close_stdout();
}

static void release(struct options *o)
{
	layout_release(&o->layout);
	free(o->zone);
	free(o->since);
	free(o->until);
	free(o->events);
}

int main(int argc, char **argv)
{
	struct options o;
	struct shop s = {false, false};
	const struct scan_listener listener = {&s, bad};
	poptContext ctx = parse(&o, argc, (const char **)argv);
	const char *path, *why;
	struct stats_scan *scan = stats_scan_new(&o.plan, &listener, &why);

	if (!scan)
		diag_die_errno(EX_OSERR, "%s", why);
	while ((path = poptGetArg(ctx)))
		run_path(&s, scan, path);
	poptFreeContext(ctx);
	show(&o, stats_scan_end(scan));
	stats_scan_free(scan);
	release(&o);
	if (s.failed)
		return EX_IOERR;
	return s.malformed ? EX_DATAERR : EX_OK;
}
