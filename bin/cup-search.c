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
#include "base/stamp.h"
#include "io/out.h"
#include "journal/search.h"
#include "journal/source.h"
#include "journal/unique.h"

struct options {
	char *journal; /* "-": standard input */
	int count, unique;
	uint64_t limit; /* 0: none */
};

struct hunt {
	struct options opt;
	struct search *search;
	struct unique *unique; /* NULL: every record */
	struct source source;
	struct out out;
	uint64_t found, malformed;
};

/* Rows whose value is a key of the search, counted from 1. */
enum { LIMIT = SEARCH_KEYS + 1, WORDS };

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

static struct options parse(int argc, const char **argv, struct search *s)
{
	struct options opt = {.journal = NULL};
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
	    "[OPTION...] JOURNAL [PATTERN]", false);
	const char *operand;
	int rc;

	while ((rc = cli_next(ctx)) >= 0) {
		if (rc == LIMIT)
			opt.limit = cli_size(ctx, "limit", 1, UINT64_MAX - 1);
		else if (rc == WORDS)
			(void)search_add(s, SEARCH_WORDS, "", 0);
		else
			add(s, (enum search_key)(rc - 1),
			    option_name(table, rc), cli_argument(ctx));
	}
	operand = poptGetArg(ctx);
	if (!operand)
		cli_misuse("no journal given");
	opt.journal = mem_strdup(operand);
	operand = poptGetArg(ctx);
	if (operand)
		add(s, SEARCH_TEXT, NULL, mem_strdup(operand));
	if (poptPeekArg(ctx))
		cli_misuse("unexpected operand '%s'", poptPeekArg(ctx));
	poptFreeContext(ctx);
	return opt;
}

static void written(bool ok)
{
	if (!ok)
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}

static void bad(struct hunt *h, const char *why)
{
	h->malformed++;
	diag_warn("%s: %s", source_where(&h->source), why);
}

static void look(struct hunt *h, const struct record *r)
{
	switch (search_matches(h->search, r)) {
	case SEARCH_NO:
		return;
	case SEARCH_BROKEN:
		bad(h, "its stanza is not in canonical form");
		return;
	case SEARCH_UNSURE:
		diag_warn("%s: shown, but the pattern met its limits here",
		    source_where(&h->source));
		break;
	case SEARCH_YES:
		break;
	}
	if (h->unique && !unique_add(h->unique, r, h->source.line))
		return;
	h->found++;
	if (h->opt.count || h->unique)
		return;
	buf_addspan(&h->out.buf, h->source.line);
	buf_addc(&h->out.buf, '\n');
	written(out_spill(&h->out));
}

static void write_unique(struct hunt *h)
{
	for (size_t i = 0; i < h->found; i++) {
		unique_write(h->unique, i, &h->out.buf);
		written(out_spill(&h->out));
	}
}

static void run(struct hunt *h)
{
	enum source_item item = SOURCE_RECORD;
	struct record r;

	/* A copy of what is wanted may be the last of all. */
	while (item != SOURCE_END && (!h->opt.limit || h->unique ||
					 h->found < h->opt.limit)) {
		item = source_next(&h->source, &r);
		if (item == SOURCE_RECORD)
			look(h, &r);
		else if (item == SOURCE_BAD)
			bad(h, h->source.why);
		else if (item == SOURCE_DRAINED)
			written(out_flush(&h->out));
		else if (item == SOURCE_ERROR) {
			diag_warn_errno("cannot read '%s'", h->source.why);
			written(out_flush(&h->out));
			exit(EX_IOERR);
		}
	}
	if (h->opt.limit && h->found > h->opt.limit)
		h->found = h->opt.limit;
	if (h->unique && !h->opt.count)
		write_unique(h);
	if (h->opt.count)
		buf_addf(&h->out.buf, "%" PRIu64 "\n", h->found);
	written(out_flush(&h->out));
}

static void open_source(struct hunt *h)
{
	const char *path = h->opt.journal, *why;

	if (strcmp(path, "-") == 0)
		source_init(&h->source, STDIN_FILENO);
	else if (!source_open(&h->source, path, &why))
		diag_die_errno(EX_IOERR, "'%s' %s", path, why);
}

int main(int argc, char **argv)
{
	struct hunt h = {.out = {STDOUT_FILENO, BUF_EMPTY}};

	h.search = search_new();
	h.opt = parse(argc, (const char **)argv, h.search);
	if (h.opt.unique)
		h.unique = unique_new();
	open_source(&h);
	run(&h);
	cli_close_stdout();
	source_release(&h.source);
	search_free(h.search);
	unique_free(h.unique);
	buf_release(&h.out.buf);
	free(h.opt.journal);
	if (h.malformed)
		return EX_DATAERR;
	return h.found ? EX_OK : 1;
}
