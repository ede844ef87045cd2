/* SPDX-License-Identifier: ISC */
/* cup-review: list what is held for review, and settle it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/out.h"
#include "node/commands.h"
#include "node/in-force.h"
#include "policy/policy.h"
#include "review/desk.h"
#include "review/keeper.h"
#include "review/options.h"
#include "review/stage.h"

enum { CONTEXT = 3 }; /* messages around one that a person is shown */

static void take_option(struct review_settings *o, poptContext ctx, int row)
{
	char *value = review_options[row].argument ? cli_argument(ctx) : NULL;
	struct buf why = BUF_EMPTY;

	if (!review_set(o, (size_t)row, value, &why))
		cli_misuse("option '--%s': '%s' %s", review_options[row].name,
		    value, buf_str(&why));
	free(value);
}

static void parse(struct review_settings *o, int argc, const char **argv)
{
	struct poptOption rows[REVIEW_OPTIONS + 1];
	const struct poptOption table[] = {
	    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, rows, 0, "Options:", NULL},
	    CLI_TABLE};
	struct buf why = BUF_EMPTY;
	const char *operand;
	poptContext ctx;
	int rc;

	for (int i = 0; i < REVIEW_OPTIONS; i++) {
		const struct review_option *r = &review_options[i];

		rows[i] = (struct poptOption){r->name, r->letter,
		    r->argument ? POPT_ARG_STRING : POPT_ARG_NONE, NULL,
		    i + 1, r->help, r->argument};
	}
	rows[REVIEW_OPTIONS] = (struct poptOption)POPT_TABLEEND;
	ctx = cli_open(argc, argv, table, "[ID...] [JOURNAL...]", false);
	while ((rc = cli_next(ctx)) > 0)
		take_option(o, ctx, rc - 1);
	while ((operand = poptGetArg(ctx)))
		review_add(o, operand);
	poptFreeContext(ctx);
	if (!review_finish(o, &why))
		cli_misuse("%s", buf_str(&why));
}

static int ledger_failed(const struct review_settings *o,
    const struct journal_error *e)
{
	journal_report(o->to, e);
	return journal_code(e);
}

static struct digest *open_proof(const char *key)
{
	const char *why;
	struct digest *d = key ? digest_from_file(key, &why)
			       : digest_new(NULL, 0);

	if (!d)
		diag_die(EX_CONFIG, "key '%s': %s", key, why);
	return d;
}

static void open_group(struct review_settings *o)
{
	if (!o->group || reviewers_group(&o->reviewers, o->group))
		return;
	if (errno)
		diag_die_errno(EX_TEMPFAIL, "group '%s' cannot be looked up",
		    o->group);
	diag_die(EX_CONFIG, "there is no group '%s'", o->group);
}

/* ---- the daemon, and its hand in a pipeline */

/* It was looked at when the options were. */
static void parse_address(struct address *a, const char *text)
{
	const char *why;

	if (!address_parse(a, text, &why))
		cli_misuse("address '%s': %s", text, why);
}

static int serve(struct review_settings *o)
{
	struct digest *proof = open_proof(o->key);
	struct address address;
	struct keeper_config config = {.journal = o->journals.word[0],
	    .to = o->to, .address = &address, .reviewers = &o->reviewers,
	    .node_name = o->node, .command = o->command, .proof = proof,
	    .say = diag_warn};
	struct keeper_end end;

	parse_address(&address, o->serve);
	open_group(o);
	end = keeper_run(&config);
	digest_free(proof);
	address_release(&address);
	errno = end.error.error;
	switch (end.fault) {
	case KEEPER_FINE:
		return EX_OK;
	case KEEPER_LEDGER:
		return ledger_failed(o, &end.error);
	case KEEPER_JOURNAL:
		diag_warn_errno("%s", end.error.text);
		return EX_IOERR;
	case KEEPER_LISTEN:
		diag_warn("%s", end.error.text);
		return EX_OSERR;
	}
	return EX_SOFTWARE;
}

static int stage(const struct review_settings *o)
{
	struct address address;
	const struct stage_config config = {.keeper = &address,
	    .node_name = o->node, .say = diag_warn};
	struct stage_end end;

	parse_address(&address, o->stage);
	end = stage_run(&config);
	address_release(&address);
	errno = end.in ? end.in : end.out;
	if (errno)
		diag_die_errno(EX_IOERR, end.in ? "cannot read standard input"
			: "cannot write to standard output");
	return end.bad ? EX_DATAERR : EX_OK;
}

/* ---- what is held */

static int faulty(const struct desk *d, const struct review_settings *o,
    enum desk_fault fault)
{
	struct buf why = d->why;

	switch (fault) {
	case DESK_FINE:
		return EX_OK;
	case DESK_LEDGER:
		return ledger_failed(o, &d->error);
	case DESK_AWAY:
	case DESK_DENIED:
		diag_warn("keeper '%s': %s", d->config.keeper, buf_str(&why));
		return fault == DESK_AWAY ? EX_TEMPFAIL : 1;
	case DESK_BROKEN:
	case DESK_UNREAD:
		diag_warn("%s", buf_str(&why));
		break;
	}
	return fault == DESK_BROKEN ? EX_DATAERR : EX_IOERR;
}

static void written(struct out *out)
{
	if (!out_flush(out))
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}

static int list(struct desk *d, const struct review_settings *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	enum desk_fault fault;
	size_t count = desk_list(d, &out.buf, &fault);
	size_t outdated = d->config.tells ? 0 : desk_outdated(d);
	int code = faulty(d, o, fault);

	written(&out);
	if (outdated)
		diag_warn("%zu of these were held by another policy than the "
			  "one in force: '--policy' shows which", outdated);
	buf_release(&out.buf);
	return code ? code : count ? EX_OK : 1;
}

/* Each of the ids, as far as that goes. */
static int settle(struct desk *d, const struct review_settings *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	struct review v = {.why = span_of(o->why),
	    .to = span_of(o->escalate)};
	struct buf answer = BUF_EMPTY;
	enum ask_answer found = ASK_DONE;
	int code = EX_OK;

	(void)review_settling(o, &v.verdict);
	for (size_t i = 0; i < o->ids.count && found != ASK_FAILED; i++) {
		v.ref = span_of(o->ids.word[i]);
		buf_reset(&answer);
		found = desk_settle(d, &v, &out.buf, &answer);
		if (found == ASK_MORE)
			diag_warn("'%s' needs another reviewer, too",
			    o->ids.word[i]);
		if (found == ASK_REFUSED)
			diag_warn("%s", buf_str(&answer));
		if (found == ASK_REFUSED)
			code = 1;
	}
	if (found == ASK_FAILED)
		code = d->offline ? EX_IOERR : EX_TEMPFAIL;
	if (found == ASK_FAILED && answer.len)
		diag_warn("keeper '%s': %s: what it was asked may be done",
		    d->config.keeper, buf_str(&answer));
	written(&out);
	desk_printed(d);
	buf_release(&out.buf);
	buf_release(&answer);
	return code;
}

/* Where there is no keeper what is released goes to standard output, and the
 * person is at standard error. */
static int walk_through(struct desk *d, const struct review_settings *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	int screen = d->offline ? STDERR_FILENO : STDOUT_FILENO;
	bool colour = cli_coloured(CLI_COLOUR_AUTO, screen);
	enum desk_fault fault;
	struct walk_result r = desk_walk(d, STDIN_FILENO, screen, colour,
	    &out.buf, &fault);
	int code = faulty(d, o, fault);

	if (r.broken)
		diag_warn_errno("cannot go on with the person");
	written(&out);
	desk_printed(d);
	buf_release(&out.buf);
	if (r.signal)
		raise(r.signal);
	return r.broken ? EX_IOERR : code ? code : r.failed ? 1 : EX_OK;
}

/* ---- the policy that is in force */

static const char *folder(const char *variable, const char *otherwise)
{
	const char *dir = getenv(variable);

	return dir && *dir ? dir : otherwise;
}

static struct policy *read_policy(const struct review_settings *o)
{
	const struct words *files = &o->policies;
	struct policy *p;

	if (!files->count)
		return o->node && !o->to
		    ? in_force(folder("CUP_CONFIG_DIR", "/etc/cup"), o->node)
		    : NULL;
	p = policy_new();
	for (size_t i = 0; i < files->count; i++)
		policy_read(p, files->word[i]);
	if (policy_ready(p))
		return p;
	policy_say(p, false, "", diag_warn);
	exit(EX_CONFIG);
}

static bool has_rule(void *policy, struct span name)
{
	return policy_has_rule(policy, name);
}

/* The keeper's address; NULL: none is to be asked. The caller's to free. */
static char *keeper_address(const struct review_settings *o)
{
	if (o->socket)
		return mem_strdup(o->socket);
	if (!o->node || o->to)
		return NULL;
	return commands_socket(folder("CUP_RUN_DIR", "/run/cup"), o->node,
	    "review");
}

/* In front of what is held. */
static int at_desk(struct review_settings *o)
{
	enum review_verdict verdict;
	bool settles = review_settling(o, &verdict);
	char *keeper = keeper_address(o);
	struct digest *proof = open_proof(o->key);
	struct policy *policy = read_policy(o);
	const struct desk_config config = {.keeper = keeper,
	    .journals = o->journals.word, .count = o->journals.count,
	    .to = o->to, .settles = settles || o->interactive,
	    .reviewers = &o->reviewers, .node_name = o->node,
	    .proof = proof, .settled = o->settled, .reviews = o->reviews,
	    .context = o->context_set ? o->context
		: o->interactive ? CONTEXT : 0,
	    .tag = policy ? policy_tag(policy) : NULL,
	    .tells = o->policies.count > 0,
	    .has_rule = has_rule, .arg = policy};
	struct desk d;
	enum desk_fault fault;
	int code, later = EX_OK;

	open_group(o);
	fault = desk_open(&d, &config, !settles);
	code = faulty(&d, o, fault);
	if (fault <= DESK_BROKEN)
		later = o->interactive ? walk_through(&d, o)
		    : settles ? settle(&d, o) : list(&d, o);
	if (desk_close(&d) != DESK_FINE && !code)
		code = ledger_failed(o, &d.error);
	policy_free(policy);
	digest_free(proof);
	free(keeper);
	return code ? code : later;
}

int main(int argc, const char **argv)
{
	struct review_settings o = {.context = 0};
	int code;

	parse(&o, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	code = o.serve ? serve(&o) : o.stage ? stage(&o) : at_desk(&o);
	review_settings_release(&o);
	if (code == EX_OK)
		cli_close_stdout();
	return code;
}
