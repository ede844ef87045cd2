/* SPDX-License-Identifier: ISC */
/* Decide records by a policy. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "io/out.h"
#include "io/program.h"
#include "policy/policy.h"
#include "record/reader.h"
#include "record/traffic.h"
#include "trial/settings.h"
#include "trial/shade.h"
#include "trial/shadow.h"
#include "trial/try.h"

struct stage {
	struct policy *policy;
	struct reader in;
	struct out out;
	bool explain, anew;
	uint64_t bad;
	struct shadow *shadow; /* NULL: none */
};

enum { OPT_SAVE = 1, OPT_SNAPSHOT, OPT_SHADOW_FILE, OPT_SHADOW_JOURNAL,
	OPT_COMPARE, OPT_SHADOW, OPT_OUTPUT, OPT_EVENTS, OPT_FILES,
	OPT_FILE_URL };

static void take_option(struct filter_settings *o, poptContext ctx, int option)
{
	char *value = cli_argument(ctx), **to = NULL;

	if (option == OPT_SAVE)
		to = &o->save;
	else if (option == OPT_SNAPSHOT)
		to = &o->snapshot;
	else if (option == OPT_SHADOW_FILE)
		to = &o->shadow_file;
	else if (option == OPT_SHADOW_JOURNAL)
		to = &o->shadow_journal;
	else if (option == OPT_EVENTS)
		to = &o->events;
	else if (option == OPT_FILES)
		to = &o->files;
	if (to) {
		free(*to);
		*to = value;
		return;
	}
	if (option == OPT_COMPARE)
		args_add(&o->compare, value);
	else if (option == OPT_SHADOW)
		args_add(&o->shadow, value);
	else if (option == OPT_FILE_URL)
		args_add(&o->urls, value);
	else if (!(o->format = report_format_from(value)))
		cli_misuse("option '--output': '%s' is neither table, json "
			   "nor records", value);
	free(value);
}

static void parse_options(int argc, const char **argv,
    struct filter_settings *o)
{
	const struct poptOption table[] = {
	    {"check", '\0', POPT_ARG_NONE, &o->check, 0,
		"Look for mistakes in the policy and exit", NULL},
	    {"explain", '\0', POPT_ARG_NONE, &o->explain, 0,
		"Print how each record is decided, not the records", NULL},
	    {"anew", '\0', POPT_ARG_NONE, &o->anew, 0,
		"Decide as if nothing had been decided yet", NULL},
	    {"save", '\0', POPT_ARG_STRING, NULL, OPT_SAVE,
		"With --check: put all files of the policy into this one",
		"FILE"},
	    {"snapshot", '\0', POPT_ARG_STRING, NULL, OPT_SNAPSHOT,
		"Read the policy's files from what --save made", "FILE"},
	    {"events", '\0', POPT_ARG_STRING, NULL, OPT_EVENTS,
		"With --check: name rules that these events do not reach",
		"LIST"},
	    {"files", '\0', POPT_ARG_STRING, NULL, OPT_FILES,
		"The store of cup-upload that links to files are looked up in",
		"DIR"},
	    {"file-url", '\0', POPT_ARG_STRING, NULL, OPT_FILE_URL,
		"Links that begin so lead there (repeatable)", "PREFIX"},
	    {"compare", '\0', POPT_ARG_STRING, NULL, OPT_COMPARE,
		"Print what POLICY decides otherwise than this one", "OLD"},
	    {"output", 'o', POPT_ARG_STRING, NULL, OPT_OUTPUT,
		"With --compare: print a table, json or records", "FORMAT"},
	    {"shadow", '\0', POPT_ARG_STRING, NULL, OPT_SHADOW,
		"Beside, see what this policy would decide otherwise", "NEW"},
	    {"shadow-file", '\0', POPT_ARG_STRING, NULL, OPT_SHADOW_FILE,
		"Append those records to this file", "FILE"},
	    {"shadow-journal", '\0', POPT_ARG_STRING, NULL,
		OPT_SHADOW_JOURNAL, "Have cup-log write them there",
		"JOURNAL"},
	    CLI_TABLE,
	};
	poptContext ctx = cli_open(argc, argv, table, "POLICY...", false);
	const char *path, *mistake;
	int rc;

	while ((rc = cli_next(ctx)) != -1)
		take_option(o, ctx, rc);
	while ((path = poptGetArg(ctx)) != NULL)
		args_add(&o->policies, path);
	poptFreeContext(ctx);
	mistake = filter_settings_mistake(o);
	if (mistake)
		cli_misuse("%s", mistake);
}

/* A policy without rules yet. */
static struct policy *begin_policy(const struct filter_settings *o)
{
	struct policy *p = policy_new();

	for (size_t i = 0; i < o->urls.count; i++) {
		const char *url = o->urls.word[i];
		const char *why = policy_files(p, o->files, url);

		if (why)
			cli_misuse("option '--file-url': '%s' %s", url, why);
	}
	return p;
}

/* All of it; true if it may decide. */
static bool read_policy(struct policy *p, const struct args *files)
{
	for (size_t i = 0; i < files->count; i++)
		policy_read(p, files->word[i]);
	return policy_ready(p);
}

static int check(const struct policy *p, bool good, const char *save)
{
	size_t rules = policy_rules(p), tables = policy_tables(p);

	policy_say(p, true, "", diag_warn);
	if (!good)
		return EX_CONFIG;
	if (save && !policy_save(p, save)) {
		diag_warn_errno("cannot write '%s'", save);
		return EX_IOERR;
	}
	printf("%zu rule%s, %zu table%s, tag %s\n", rules, &"s"[rules == 1],
	    tables, &"s"[tables == 1], policy_tag(p));
	cli_close_stdout();
	return EX_OK;
}

static void bad_line(struct stage *s, const char *why)
{
	diag_warn("line %" PRIu64 ": %s", s->in.number, why);
	s->bad++;
}

static void decide(struct stage *s, struct record *r)
{
	const struct span came = r->field[RECORD_STANZA];
	struct buf *out = &s->out.buf;
	const char *why = NULL;
	enum policy_outcome outcome;

	if (s->anew)
		record_begin_anew(r);
	outcome = policy_decide(s->policy, r, &why, s->explain ? out : NULL);
	if (policy_forgot(s->policy))
		diag_warn("more conversations than are remembered: the "
			  "oldest are forgotten");
	if (outcome == POLICY_BAD)
		bad_line(s, why);
	else if (s->explain)
		return;
	else if (outcome == POLICY_WRITE || s->anew)
		record_write(out, r);
	else {
		buf_addspan(out, s->in.line);
		buf_addc(out, '\n');
	}
	if (s->shadow && outcome != POLICY_BAD)
		shadow_add(s->shadow, s->in.line, came, r);
}

static void handle(struct stage *s, enum reader_item item, struct record *r)
{
	if (item == READER_BAD) {
		bad_line(s, s->in.why);
	} else if (item == READER_RECORD) {
		decide(s, r);
	} else if (!s->explain) {
		buf_addspan(&s->out.buf, s->in.line);
		buf_addc(&s->out.buf, '\n');
	}
}

static bool flush(struct stage *s)
{
	bool written = out_flush(&s->out);

	/* Whatever becomes of the shadow, it is no fault of the stage. */
	if (s->shadow)
		shadow_push(s->shadow);
	return written;
}

/* Until the end of the input; returns the exit status. */
static int run(struct stage *s)
{
	struct record r;
	enum reader_item item;

	while ((item = reader_next(&s->in, &r)) != READER_END) {
		bool written;

		if (item == READER_ERROR) {
			diag_warn_errno("cannot read standard input");
			return EX_IOERR;
		}
		if (item != READER_DRAINED)
			handle(s, item, &r);
		written = (item != READER_DRAINED &&
			      s->out.buf.len < OUT_SPILL) || flush(s);
		if (!written)
			break;
	}
	if (item != READER_END || !flush(s)) {
		diag_warn_errno("cannot write to standard output");
		return EX_IOERR;
	}
	return s->bad ? EX_DATAERR : EX_OK;
}

/* In the process beside: the policy is only read there, so that nothing in it
 * can harm the stage. */
static int shade(void *arg)
{
	const struct filter_settings *o = arg;
	char *writer = program_find("cup-log", getenv("PATH"));
	struct policy *p = begin_policy(o);
	struct shade s = {.policy = p, .file = o->shadow_file,
	    .journal = o->shadow_journal,
	    .writer = writer ? writer : "cup-log", .say = diag_warn};
	int status = EX_CONFIG;

	if (read_policy(p, &o->shadow))
		status = shade_run(&s);
	else
		policy_say(p, false, "shadow: ", diag_warn);
	policy_free(p);
	free(writer);
	return status;
}

static int filter(
    struct policy *p, const struct filter_settings *o, struct shadow *shadow)
{
	struct stage s = {.policy = p,
	    .out = {.fd = STDOUT_FILENO},
	    .explain = o->explain,
	    .anew = o->anew,
	    .shadow = shadow};
	int status;

	reader_init(&s.in, STDIN_FILENO);
	out_pipe_size(STDOUT_FILENO);
	status = run(&s);
	if (shadow) {
		/* Whoever reads on need not wait for it. */
		close(STDOUT_FILENO);
		shadow_end(shadow);
	}
	reader_release(&s.in);
	buf_release(&s.out.buf);
	return status;
}

static int compare(struct policy *p, const struct filter_settings *o)
{
	struct policy *before = begin_policy(o);
	const struct trial t = {.before = before, .after = p,
	    .format = o->format ? o->format : report_format_from("table"),
	    .shown = isatty(STDERR_FILENO), .say = diag_warn};
	int status = EX_CONFIG;

	if (read_policy(before, &o->compare))
		status = trial_run(&t);
	else
		policy_say(before, false, "", diag_warn);
	policy_free(before);
	return status;
}

static unsigned events(const char *list)
{
	struct span unknown;
	unsigned set = traffic_events(list, &unknown);

	if (!set)
		cli_misuse("option '--events': unknown event '%.*s'",
		    SPAN_ARG(unknown));
	return set;
}

int main(int argc, char **argv)
{
	struct filter_settings o = {0};
	struct shadow shadow = {.fd = -1, .say = diag_warn};
	struct policy *p;
	const char *why;
	bool good, shadowed = false;
	int status = EX_CONFIG;

	parse_options(argc, (const char **)argv, &o);
	p = begin_policy(&o);
	if (o.shadow.count) {
		shadowed = shadow_begin(&shadow, shade, &o);
		if (!shadowed)
			diag_warn_errno("shadow: cannot be started");
	}
	if (o.save)
		policy_keep(p);
	if (o.events)
		policy_events(p, events(o.events) |
			(o.files ? POLICY_UPLOADS : 0), o.events);
	why = o.snapshot ? policy_from(p, o.snapshot) : NULL;
	if (why)
		diag_die(EX_CONFIG, "snapshot '%s': %s", o.snapshot, why);
	good = read_policy(p, &o.policies);
	if (o.check)
		status = check(p, good, o.save);
	else if (good && o.compare.count)
		status = compare(p, &o);
	else if (good)
		status = filter(p, &o, shadowed ? &shadow : NULL);
	else
		policy_say(p, false, "", diag_warn);
	policy_free(p);
	filter_settings_release(&o);
	return status;
}
