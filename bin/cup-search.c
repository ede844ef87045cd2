/* SPDX-License-Identifier: ISC */
/* cup-search: finds and prints journaled records. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/stamp.h"
#include "io/out.h"
#include "journal/hunt.h"
#include "journal/search.h"
#include "journal/source.h"
#include "journal/unique.h"

struct options {
	char **journal; /* "-": standard input */
	size_t journals;
	int count, unique;
	uint64_t limit; /* 0: none */
};

struct task {
	struct options opt;
	struct search *search;
	struct unique *unique; /* NULL: every record */
	struct hunt *hunt;
	struct meter meter;
	struct out out;
	uint64_t found, malformed;
};

/* Rows whose value is a key of the search, counted from 1. */
enum { LIMIT = SEARCH_KEYS + 1, WORDS, PATTERN };

static void add(struct search *s, enum search_key k, const char *option,
    char *value)
{
	const char *why = search_add(s, k, value, stamp_now());

	if (why && option)
		cli_misuse("option '--%s': bad value '%s': %s", option, value,
		    why);
	if (why)
		cli_misuse("bad pattern '%s': %s", value, why);
	free(value);
}

static const char *option_name(const struct poptOption *table, int value)
{
	while (table->val != value)
		table++;
	return table->longName;
}

/* The operands: journals, and behind them a pattern, unless one is given by
 * its option or the last of several is a journal, too. */
static void take_operands(poptContext ctx, struct options *opt,
    struct search *s, bool pattern)
{
	const char **operand = poptGetArgs(ctx);
	size_t n = 0;

	while (operand && operand[n])
		n++;
	if (n == 0)
		cli_misuse("no journal given");
	if (n > 1 && !pattern && !source_is_journal(operand[n - 1]))
		add(s, SEARCH_TEXT, NULL, mem_strdup(operand[--n]));
	opt->journal = mem_resize(NULL, n, sizeof(*opt->journal));
	for (; opt->journals < n; opt->journals++)
		opt->journal[opt->journals] =
		    mem_strdup(operand[opt->journals]);
}

static struct options parse(int argc, const char **argv, struct search *s)
{
	struct options opt = {.journal = NULL};
	bool pattern = false;
#define KEY(name, key, text, word)                                             \
	{name, '\0', POPT_ARG_STRING, NULL, (key) + 1, text, word}
	const struct poptOption table[] = {
	    KEY("with", SEARCH_WITH, "Sent or received by JID (repeated: by "
		"each)", "JID"),
	    KEY("from", SEARCH_FROM, "Sent by JID", "JID"),
	    KEY("to", SEARCH_TO, "Addressed to JID", "JID"),
	    KEY("since", SEARCH_SINCE, "At or after TIME: RFC 3339, a date, or "
		"-1d", "TIME"),
	    KEY("until", SEARCH_UNTIL, "Before TIME", "TIME"),
	    KEY("event", SEARCH_EVENT, "Of these events", "EVENT,..."),
	    KEY("verdict", SEARCH_VERDICT, "With one of these verdicts",
		"VERDICT,..."),
	    KEY("rule", SEARCH_RULE, "With a reason of rule NAME",
		"NAME[@TAG]"),
	    KEY("id", SEARCH_ID, "With this id, the record's or the stanza's",
		"ID"),
	    KEY("node", SEARCH_NODE, "Of this node", "NAME"),
	    KEY("session", SEARCH_SESSION, "Of this session", "TOKEN"),
	    {"pattern", 'e', POPT_ARG_STRING, NULL, PATTERN,
		"With PATTERN in a text (repeated: with each)", "PATTERN"},
	    {"words", '\0', POPT_ARG_NONE, NULL, WORDS,
		"With words for people in them", NULL},
	    {"unique", '\0', POPT_ARG_NONE, &opt.unique, 0,
		"Each message once, with the ids of its copies", NULL},
	    {"count", 'c', POPT_ARG_NONE, &opt.count, 0,
		"Print only how many there are", NULL},
	    {"limit", 'n', POPT_ARG_STRING, NULL, LIMIT,
		"Stop after the first N", "N"},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table,
	    "[OPTION...] JOURNAL... [PATTERN]", false);
	int rc;

	while ((rc = cli_next(ctx)) >= 0) {
		if (rc == LIMIT)
			opt.limit = cli_size(ctx, "limit", 1, UINT64_MAX - 1);
		else if (rc == WORDS)
			(void)search_add(s, SEARCH_WORDS, "", 0);
		else if (rc == PATTERN) {
			add(s, SEARCH_TEXT, NULL, cli_argument(ctx));
			pattern = true;
		} else
			add(s, (enum search_key)(rc - 1),
			    option_name(table, rc), cli_argument(ctx));
	}
	take_operands(ctx, &opt, s, pattern);
	poptFreeContext(ctx);
	return opt;
}

static void written(bool ok)
{
	if (!ok)
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}

/* What goes to a terminal goes where the bar was. */
static void flush(struct task *t)
{
	meter_clear(&t->meter);
	written(out_flush(&t->out));
}

static void show(struct task *t)
{
	uint64_t done, all;

	hunt_progress(t->hunt, &done, &all);
	meter_show(&t->meter, done, all, t->found);
}

static void put(struct task *t, struct span line)
{
	buf_addspan(&t->out.buf, line);
	buf_addc(&t->out.buf, '\n');
	if (t->out.buf.len < OUT_SPILL)
		return;
	flush(t);
	show(t);
}

static bool is_copy(struct task *t, struct span line)
{
	struct record r;

	return t->unique && !record_parse(&r, line.p, line.n) &&
	    !unique_add(t->unique, &r, line);
}

static void take(struct task *t, enum hunt_item item,
    const struct hunt_found *found)
{
	if (item == HUNT_UNSURE) {
		meter_clear(&t->meter);
		diag_warn("%s: shown, but the pattern met its limits here",
		    found->where);
	}
	if (is_copy(t, found->line))
		return;
	t->found++;
	if (!t->opt.count && !t->unique)
		put(t, found->line);
}

static void bad(struct task *t, const struct hunt_found *found)
{
	meter_clear(&t->meter);
	t->malformed++;
	diag_warn("%s: %s", found->where, found->why);
}

_Noreturn static void unreadable(struct task *t, const struct hunt_found *found)
{
	int saved = errno;

	meter_clear(&t->meter);
	errno = saved;
	diag_warn_errno("cannot read '%s'", found->why);
	written(out_flush(&t->out));
	exit(EX_IOERR);
}

/* False at the end. */
static bool step(struct task *t)
{
	struct hunt_found found;
	enum hunt_item item = hunt_next(t->hunt, &found);

	switch (item) {
	case HUNT_FOUND:
	case HUNT_UNSURE:
		take(t, item, &found);
		break;
	case HUNT_BAD:
		bad(t, &found);
		break;
	case HUNT_DRAINED:
		flush(t);
		break;
	case HUNT_IDLE:
		show(t);
		break;
	case HUNT_END:
		return false;
	case HUNT_ERROR:
		unreadable(t, &found);
	}
	return true;
}

static void write_unique(struct task *t)
{
	for (size_t i = 0; i < t->found; i++) {
		unique_write(t->unique, i, &t->out.buf);
		written(out_spill(&t->out));
	}
}

static void run(struct task *t)
{
	meter_begin(&t->meter);
	/* A copy of what is wanted may be the last of all. */
	while ((!t->opt.limit || t->unique || t->found < t->opt.limit) &&
	    step(t))
		;
	meter_clear(&t->meter);
	if (t->opt.limit && t->found > t->opt.limit)
		t->found = t->opt.limit;
	if (t->unique && !t->opt.count)
		write_unique(t);
	if (t->opt.count)
		buf_addf(&t->out.buf, "%" PRIu64 "\n", t->found);
	written(out_flush(&t->out));
}

static void open_journals(struct task *t)
{
	t->hunt = hunt_new(t->search);
	for (size_t i = 0; i < t->opt.journals; i++) {
		const char *path = t->opt.journal[i], *why;
		bool input = strcmp(path, "-") == 0;

		if (!hunt_add(t->hunt, input ? NULL : path, STDIN_FILENO, &why))
			diag_die_errno(EX_IOERR, "'%s' %s", path, why);
	}
}

static void release(struct task *t)
{
	hunt_free(t->hunt);
	search_free(t->search);
	unique_free(t->unique);
	buf_release(&t->out.buf);
	for (size_t i = 0; i < t->opt.journals; i++)
		free(t->opt.journal[i]);
	free(t->opt.journal);
}

int main(int argc, char **argv)
{
	struct task t = {.out = {STDOUT_FILENO, BUF_EMPTY}};

	t.search = search_new();
	t.opt = parse(argc, (const char **)argv, t.search);
	if (t.opt.unique)
		t.unique = unique_new();
	open_journals(&t);
	run(&t);
	cli_close_stdout();
	release(&t);
	if (t.malformed)
		return EX_DATAERR;
	return t.found ? EX_OK : 1;
}
