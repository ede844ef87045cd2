/* SPDX-License-Identifier: ISC */
/* cup-prune: take out of journals what need not be in them any more. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/args.h"
#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "node/prunes.h"
#include "prune/prune.h"
#include "prune/settings.h"
#include "prune/show.h"
#include "prune/survey.h"

/* What is known at the end. */
struct outcome {
	bool refused; /* something that was asked for is not done */
	uint64_t found; /* of what was asked for */
	int code;     /* of the first journal that something failed with */
};

/* Of several nobody knows which is meant. */
static void set_once(const char *option, char **value, char *to)
{
	if (*value)
		cli_misuse("option '--%s' is given twice", option);
	*value = to;
}

static void check(const char *option, const char *value, const char *why)
{
	if (why)
		cli_misuse("option '--%s': '%s' %s", option, value, why);
}

static void take_option(struct prune_settings *o, poptContext ctx, int option)
{
	char *value = cli_argument(ctx);

	switch (option) {
	case 'k':
		check("keep", value, keeps_add(&o->keeps, value, o->now));
		break;
	case 'K':
		check("keep-for", value,
		    keeps_add_for(&o->keeps, value, o->now));
		break;
	case 'H':
		args_add(&o->hold_files, value);
		break;
	case 'e':
		set_once("erase", &o->erase, value);
		return;
	case 'w':
		set_once("erase-with", &o->erase_with, value);
		return;
	case 'y':
		set_once("why", &o->why, value);
		return;
	case 'n':
		set_once("node", &o->node, value);
		return;
	}
	free(value);
}

static void parse(struct prune_settings *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"keep", '\0', POPT_ARG_STRING, NULL, 'k',
		"Prune what is older than this: 7y, 90d", "DURATION"},
	    {"keep-for", '\0', POPT_ARG_STRING, NULL, 'K',
		"Keep those of a rule:, node: or jid: for another time",
		"KIND:VALUE=DURATION"},
	    {"hold-file", '\0', POPT_ARG_STRING, NULL, 'H',
		"What is held whatever its age", "FILE"},
	    {"holds", '\0', POPT_ARG_NONE, &o->holds, 0,
		"Only list what each hold holds, and since when", NULL},
	    {"erase", '\0', POPT_ARG_STRING, NULL, 'e',
		"Erase the record with this id, and what refers to it", "ID"},
	    {"erase-with", '\0', POPT_ARG_STRING, NULL, 'w',
		"Erase all that JID sent or received", "JID"},
	    {"why", '\0', POPT_ARG_STRING, NULL, 'y',
		"Why that is erased: it stands in the journal", "TEXT"},
	    {"node", '\0', POPT_ARG_STRING, NULL, 'n',
		"The journals of this node, as its settings say", "NAME"},
	    {"yes", '\0', POPT_ARG_NONE, &o->yes, 0,
		"Do it", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[JOURNAL...]", false);
	const char *operand, *mistake;
	int option;

	while ((option = cli_next(ctx)) >= 0)
		take_option(o, ctx, option);
	while ((operand = poptGetArg(ctx)))
		args_add(&o->journals, operand);
	poptFreeContext(ctx);
	mistake = prune_settings_mistake(o);
	if (mistake)
		cli_misuse("%s", mistake);
}

/* Its name is in notes: one word. */
static const char *who(void)
{
	const struct passwd *p = getpwuid(geteuid());
	const char *name = p ? p->pw_name : NULL;

	return name && *name && strcspn(name, " \t") == strlen(name) ? name
								     : "-";
}

static void settle_node(struct prune_settings *o)
{
	struct prunes_settings s = {.keeps = &o->keeps,
	    .hold_files = &o->hold_files, .journals = &o->journals,
	    .now = o->now, .asked = o->holds || o->erase || o->erase_with};
	struct buf mistakes = BUF_EMPTY;
	int code;

	if (!o->node)
		return;
	code = prunes_read(&s, o->node, &mistakes);
	diag_lines(buf_str(&mistakes));
	if (code)
		exit(code);
	buf_release(&mistakes);
}

static void read_holds(const struct prune_settings *o, struct hold_file *holds)
{
	struct buf mistakes = BUF_EMPTY;

	for (size_t i = 0; i < o->hold_files.count; i++)
		hold_file_read(holds, o->hold_files.word[i], o->now,
		    &mistakes);
	diag_lines(buf_str(&mistakes));
	if (mistakes.len)
		diag_die(EX_CONFIG, "nothing is pruned as long as that is so");
	buf_release(&mistakes);
}

static struct search *forget(const struct prune_settings *o)
{
	struct search *s;
	const char *why;

	if (!o->erase && !o->erase_with)
		return NULL;
	s = search_new();
	why = o->erase ? search_add(s, SEARCH_ID, o->erase, o->now)
		       : search_add(s, SEARCH_WITH, o->erase_with, o->now);
	if (why)
		cli_misuse("option '--erase-with': bad value '%s': %s",
		    o->erase_with, why);
	return s;
}

static void written(struct buf *out)
{
	if (out->len && fwrite(out->data, out->len, 1, stdout) != 1)
		diag_die_errno(EX_IOERR, "cannot write to standard output");
	buf_reset(out);
}

static void fault(struct outcome *u, int code, const char *journal,
    struct buf *why)
{
	if (errno && code != EX_DATAERR)
		diag_warn_errno("journal '%s': %s", journal, buf_str(why));
	else
		diag_warn("journal '%s': %s", journal, buf_str(why));
	if (!u->code)
		u->code = code;
}

static void refusals(struct outcome *u, const char *journal,
    const struct plan *p)
{
	u->found += p->found + p->torns;
	for (size_t i = 0; i < p->refusals; i++) {
		const struct refusal *r = &p->refusal[i];

		if (r->seq)
			diag_warn("journal '%s': record %llu '%s' %s", journal,
			    (unsigned long long)r->seq, r->id, r->why);
		else
			diag_warn("journal '%s': '%s' %s", journal, r->id,
			    r->why);
		u->refused = true;
	}
	if (p->unreadable)
		diag_warn("journal '%s': %llu lines are no records: they stay",
		    journal, (unsigned long long)p->unreadable);
}

/* The plan of a journal; false if there can be none. */
static bool make_plan(struct outcome *u, const char *journal,
    const struct survey_rules *rules, struct plan *p)
{
	struct buf why = BUF_EMPTY;
	enum survey_end end;

	errno = 0;
	end = survey(p, journal, rules, &why);
	if (end != SURVEY_FINE)
		fault(u, end == SURVEY_BROKEN ? EX_DATAERR : EX_IOERR, journal,
		    &why);
	buf_release(&why);
	return end == SURVEY_FINE;
}

static bool ended(struct outcome *u, struct prune *p, enum prune_end end)
{
	static const int codes[] = {[PRUNE_FINE] = EX_OK,
	    [PRUNE_LOCKED] = EX_TEMPFAIL, [PRUNE_UNTRUSTED] = EX_CONFIG,
	    [PRUNE_HELD] = 1, [PRUNE_BROKEN] = EX_DATAERR,
	    [PRUNE_FAILED] = EX_IOERR};

	if (end == PRUNE_FINE)
		return true;
	if (end != PRUNE_FAILED)
		errno = 0;
	fault(u, codes[end], p->journal, &p->why);
	return false;
}

/* What was announced and not done. */
static bool go_on(struct outcome *u, struct prune *p, struct hold_file *holds)
{
	struct plan plan = {0};
	enum prune_end end = prune_announced(p, &plan);

	if (end == PRUNE_FINE && p->from)
		end = prune_do(p, &plan, holds, true);
	plan_release(&plan);
	return ended(u, p, end);
}

static void report(const struct prune *p)
{
	if (p->segments)
		printf("%s: done: %llu lines pruned, %llu erased, in %llu "
		       "segments\n",
		    p->journal, (unsigned long long)p->pruned,
		    (unsigned long long)p->erased,
		    (unsigned long long)p->segments);
	if (p->left.len)
		diag_warn("journal '%s': what crashes have left there may be "
			  "held and stays: %.*s",
		    p->journal, (int)p->left.len - 1, p->left.data);
}

static void carry_out(struct outcome *u, const char *journal,
    struct survey_rules *rules, struct buf *out)
{
	struct plan plan = {0};
	struct prune p;
	bool ok;

	errno = 0;
	ok = ended(u, &p, prune_begin(&p, journal)) &&
	    go_on(u, &p, rules->holds) && make_plan(u, journal, rules, &plan);
	if (ok) {
		show_plan(out, journal, &plan);
		written(out);
		refusals(u, journal, &plan);
	}
	if (ok && !plan_empty(&plan))
		ok = ended(u, &p, prune_do(&p, &plan, rules->holds, false));
	report(&p);
	prune_finish(&p);
	plan_release(&plan);
}

static void look(struct outcome *u, const char *journal,
    struct survey_rules *rules, struct buf *out, uint64_t *todo)
{
	struct plan plan = {0};

	if (make_plan(u, journal, rules, &plan) && !rules->all) {
		show_plan(out, journal, &plan);
		written(out);
		refusals(u, journal, &plan);
		*todo += !plan_empty(&plan);
	}
	plan_release(&plan);
}

static int run(const struct prune_settings *o, struct hold_file *holds)
{
	struct survey_rules rules = {.keeps = &o->keeps, .holds = holds,
	    .asked = {o->erase, o->erase_with, o->why}, .by = who(),
	    .all = o->holds, .forget = forget(o)};
	struct outcome u = {.code = 0};
	struct buf out = BUF_EMPTY;
	uint64_t todo = 0;

	for (size_t i = 0; i < o->journals.count; i++) {
		const char *journal = o->journals.word[i];

		if (o->yes)
			carry_out(&u, journal, &rules, &out);
		else
			look(&u, journal, &rules, &out, &todo);
	}
	if (rules.forget && !u.found && !u.code) {
		diag_warn("nothing of '%s' is there",
		    o->erase ? o->erase : o->erase_with);
		u.refused = true;
	}
	if (o->holds)
		show_holds(&out, holds);
	else if (todo)
		buf_adds(&out, "nothing was done: --yes does it\n");
	written(&out);
	search_free(rules.forget);
	buf_release(&out);
	return u.code ? u.code : u.refused ? 1 : EX_OK;
}

int main(int argc, const char **argv)
{
	struct prune_settings o = {.now = stamp_now()};
	struct hold_file holds = {NULL, 0};
	int code;

	parse(&o, argc, argv);
	/* A file that may not grow is an error of its write, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	settle_node(&o);
	read_holds(&o, &holds);
	code = run(&o, &holds);
	hold_file_release(&holds);
	prune_settings_release(&o);
	cli_close_stdout();
	return code;
}
