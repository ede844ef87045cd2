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
#include "base/uuid.h"
#include "io/out.h"
#include "node/commands.h"
#include "node/conf-node.h"
#include "policy/policy.h"
#include "record/node-name.h"
#include "review/context.h"
#include "review/desk.h"
#include "review/keeper.h"
#include "review/stage.h"

struct words {
	char **word;
	size_t count;
};

struct options {
	int settled, reviews, interactive, release, refuse, note;
	char *escalate, *why, *to, *socket, *node, *serve, *stage, *key,
	    *group, *command;
	uint64_t context;
	struct words policies, ids, journals;
	struct reviewers reviewers;
};

enum option {
	OPT_ESCALATE = 1, OPT_WHY, OPT_TO, OPT_SOCKET, OPT_NODE, OPT_SERVE,
	OPT_STAGE, OPT_KEY, OPT_GROUP, OPT_COMMAND, OPT_CONTEXT, OPT_POLICY,
	OPT_REVIEWER,
};

static void add_word(struct words *w, char *word)
{
	w->word = mem_resize(w->word, w->count + 1, sizeof(char *));
	w->word[w->count++] = word;
}

static void free_words(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
	free(w->word);
}

static void replace(char **value, char *by)
{
	free(*value);
	*value = by;
}

static void take_reviewer(struct options *o, char *text)
{
	if (!reviewers_add(&o->reviewers, text))
		cli_misuse("option '--reviewer': '%s' is not USER=JID", text);
	free(text);
}

static void take_option(struct options *o, poptContext ctx, int option)
{
	char **const strings[] = {[OPT_ESCALATE] = &o->escalate,
	    [OPT_WHY] = &o->why, [OPT_TO] = &o->to,
	    [OPT_SOCKET] = &o->socket, [OPT_NODE] = &o->node,
	    [OPT_SERVE] = &o->serve, [OPT_STAGE] = &o->stage,
	    [OPT_KEY] = &o->key, [OPT_GROUP] = &o->group,
	    [OPT_COMMAND] = &o->command};

	switch (option) {
	case OPT_CONTEXT:
		o->context = cli_size(ctx, "context", 0, CONTEXT_MAX);
		break;
	case OPT_POLICY:
		add_word(&o->policies, cli_argument(ctx));
		break;
	case OPT_REVIEWER:
		take_reviewer(o, cli_argument(ctx));
		break;
	default:
		replace(strings[option], cli_argument(ctx));
		break;
	}
}

static bool settling(const struct options *o)
{
	return o->release || o->refuse || o->note || o->escalate;
}

/* Where something is settled an operand that is an id is one. */
static void take_operand(struct options *o, const char *operand)
{
	bool id = settling(o) && uuid_valid(operand, strlen(operand));

	add_word(id ? &o->ids : &o->journals, mem_strdup(operand));
}

static void parse(struct options *o, int argc, const char **argv)
{
#define FLAG(name, field, text)                                                \
	{name, '\0', POPT_ARG_NONE, &o->field, 0, text, NULL}
#define WORD(name, value, text, word)                                          \
	{name, '\0', POPT_ARG_STRING, NULL, value, text, word}
	const struct poptOption table[] = {
	    FLAG("settled", settled, "List what was settled, not what is held"),
	    FLAG("reviews", reviews, "List with each what was said of it"),
	    WORD("context", OPT_CONTEXT,
		"With N messages of the conversation before and after", "N"),
	    WORD("policy", OPT_POLICY,
		"Say what was held by another policy than this", "FILE"),
	    {"interactive", 'i', POPT_ARG_NONE, &o->interactive, 0,
		"Go through what is held one by one", NULL},
	    FLAG("release", release, "Let the records with these ids out"),
	    FLAG("refuse", refuse, "Refuse them"),
	    WORD("escalate", OPT_ESCALATE, "Have only USER settle them",
		"USER"),
	    FLAG("note", note, "Put --why on record, no more"),
	    WORD("why", OPT_WHY, "In the reviewer's words", "TEXT"),
	    WORD("to", OPT_TO, "The review journal", "REVIEW-JOURNAL"),
	    WORD("node", OPT_NODE, "Ask this node's keeper; serve this node",
		"NODE"),
	    WORD("socket", OPT_SOCKET, "Ask the keeper there", "ADDRESS"),
	    WORD("serve", OPT_SERVE, "Be the keeper of a journal", "ADDRESS"),
	    WORD("stage", OPT_STAGE, "Be that keeper's stage in a pipeline",
		"ADDRESS"),
	    WORD("group", OPT_GROUP, "Members of GROUP may settle", "GROUP"),
	    WORD("reviewer", OPT_REVIEWER, "USER writes as JID", "USER=JID"),
	    WORD("key", OPT_KEY, "Make proofs with the key in this file",
		"FILE"),
	    WORD("command", OPT_COMMAND, "Run this for each that is held",
		"COMMAND"),
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "[ID...] [JOURNAL...]",
	    false);
	const char *operand;
	int rc;

	while ((rc = cli_next(ctx)) > 0)
		take_option(o, ctx, rc);
	while ((operand = poptGetArg(ctx)))
		take_operand(o, operand);
	poptFreeContext(ctx);
}

static void check(const struct options *o)
{
	int verdicts = o->release + o->refuse + o->note + (o->escalate != NULL);
	bool keeper = o->serve || o->stage;

	if ((o->serve != NULL) + (o->stage != NULL) + o->interactive +
		verdicts > 1)
		cli_misuse("only one of --serve, --stage, -i, --release, "
			   "--refuse, --escalate and --note at a time");
	if (o->node && (keeper ? !node_name_valid(o->node)
			       : !conf_node_valid(o->node)))
		cli_misuse("'%s' cannot be the name of a node", o->node);
	if (verdicts && !o->ids.count)
		cli_misuse("no id given");
	if ((o->refuse || o->note) && !o->why)
		cli_misuse("--refuse and --note need a --why");
	if (o->serve && (!o->to || o->journals.count != 1))
		cli_misuse("--serve needs one JOURNAL and --to");
	if (o->stage && o->journals.count)
		cli_misuse("--stage takes no operands");
	if (o->command && !o->serve)
		cli_misuse("--command goes with --serve");
}

static int code_of(const struct journal_error *e)
{
	static const int codes[] = {[FAULT_SYSTEM] = EX_IOERR,
	    [FAULT_OUTPUT] = EX_IOERR, [FAULT_LOCKED] = EX_TEMPFAIL,
	    [FAULT_CORRUPT] = EX_DATAERR, [FAULT_UNTRUSTED] = EX_CONFIG};

	return codes[e->fault];
}

static int ledger_failed(const struct options *o, const struct journal_error *e)
{
	errno = e->error;
	if (e->fault == FAULT_LOCKED)
		diag_warn("journal %s", e->text);
	else if (e->error)
		diag_warn_errno("journal '%s': %s", o->to, e->text);
	else
		diag_warn("journal '%s': %s", o->to, e->text);
	return code_of(e);
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

static void open_group(struct options *o)
{
	if (o->group && !reviewers_group(&o->reviewers, o->group))
		diag_die(EX_CONFIG, "there is no group '%s'", o->group);
}

/* ---- the daemon, and its hand in a pipeline */

static void parse_address(struct address *a, const char *text)
{
	const char *why;

	if (!address_parse(a, text, &why))
		cli_misuse("address '%s': %s", text, why);
	if (a->kind != ADDRESS_UNIX)
		cli_misuse("address '%s': a keeper is at unix:PATH", text);
}

static int serve(struct options *o)
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

static int stage(const struct options *o)
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

static int faulty(const struct desk *d, const struct options *o,
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

static int list(struct desk *d, const struct options *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	enum desk_fault fault;
	size_t count = desk_list(d, &out.buf, &fault);
	int code = faulty(d, o, fault);

	written(&out);
	buf_release(&out.buf);
	return code ? code : count ? EX_OK : 1;
}

static enum review_verdict verdict_of(const struct options *o)
{
	return o->release ? REVIEW_RELEASE : o->refuse ? REVIEW_REFUSE
	    : o->note ? REVIEW_NOTE : REVIEW_ESCALATE;
}

/* Each of the ids, as far as that goes. */
static int settle(struct desk *d, const struct options *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	struct review v = {.verdict = verdict_of(o), .why = span_of(o->why),
	    .to = span_of(o->escalate)};
	struct buf answer = BUF_EMPTY;
	enum ask_answer found = ASK_DONE;
	int code = EX_OK;

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
static int walk_through(struct desk *d, const struct options *o)
{
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	int screen = d->offline ? STDERR_FILENO : STDOUT_FILENO;
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	bool colour = isatty(screen) && !(no && *no) && term && *term &&
	    strcmp(term, "dumb") != 0;
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

static struct policy *read_policy(const struct words *files)
{
	struct policy *p = files->count ? policy_new() : NULL;
	const struct policy_note *note;
	bool ready;

	if (!p)
		return NULL;
	for (size_t i = 0; i < files->count; i++)
		policy_read(p, files->word[i]);
	ready = policy_ready(p);
	for (size_t i = 0; (note = policy_note(p, i)); i++) {
		if (!note->warning)
			diag_warn("%s:%lu: %s", note->path, note->line,
			    note->text);
	}
	if (!ready)
		exit(EX_CONFIG);
	return p;
}

static bool has_rule(void *arg, struct span name)
{
	const struct policy *p = arg;

	for (size_t i = 0; i < policy_rules(p); i++) {
		if (span_same(policy_rule_name(p, i), name))
			return true;
	}
	return false;
}

/* The keeper's address; NULL: none is to be asked. The caller's to free. */
static char *keeper_address(const struct options *o)
{
	const char *run = getenv("CUP_RUN_DIR");
	struct buf address = BUF_EMPTY;
	char *path;

	if (o->socket)
		return mem_strdup(o->socket);
	if (!o->node || o->to)
		return NULL;
	path = commands_path(run && *run ? run : "/run/cup", o->node,
	    "review");
	buf_addf(&address, "unix:%s", path);
	free(path);
	return buf_detach(&address);
}

static int at_desk(struct options *o)
{
	bool looks = o->interactive || !settling(o);
	char *keeper = keeper_address(o);
	struct digest *proof = open_proof(o->key);
	struct policy *policy = read_policy(&o->policies);
	const struct desk_config config = {.keeper = keeper,
	    .journals = o->journals.word, .count = o->journals.count,
	    .to = o->to, .settles = o->interactive || settling(o),
	    .reviewers = &o->reviewers, .node_name = o->node,
	    .proof = proof, .context = o->context, .settled = o->settled,
	    .reviews = o->reviews, .tag = policy ? policy_tag(policy) : NULL,
	    .has_rule = has_rule, .arg = policy};
	struct desk d;
	enum desk_fault fault;
	int code, later = EX_OK;

	if (!keeper && config.settles && !o->to)
		cli_misuse("whom to tell? --node, --socket or --to says so");
	if (!keeper && !config.count)
		cli_misuse("no journal given, and no --node or --socket");
	open_group(o);
	fault = desk_open(&d, &config, looks);
	code = faulty(&d, o, fault);
	if (fault <= DESK_BROKEN)
		later = o->interactive ? walk_through(&d, o)
		    : settling(o) ? settle(&d, o) : list(&d, o);
	if (desk_close(&d) != DESK_FINE && !code)
		code = ledger_failed(o, &d.error);
	policy_free(policy);
	digest_free(proof);
	free(keeper);
	return code ? code : later;
}

static void release(struct options *o)
{
	char *const words[] = {o->escalate, o->why, o->to, o->socket, o->node,
	    o->serve, o->stage, o->key, o->group, o->command};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		free(words[i]);
	free_words(&o->policies);
	free_words(&o->ids);
	free_words(&o->journals);
	reviewers_release(&o->reviewers);
}

int main(int argc, const char **argv)
{
	struct options o = {.context = 0};
	int code;

	parse(&o, argc, argv);
	check(&o);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	code = o.serve ? serve(&o) : o.stage ? stage(&o) : at_desk(&o);
	release(&o);
	if (code == EX_OK)
		cli_close_stdout();
	return code;
}
