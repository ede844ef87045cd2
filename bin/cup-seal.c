/* SPDX-License-Identifier: ISC */
/* cup-seal: sign what a journal is, for those who do not trust who keeps it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cli.h"
#include "base/clock.h"
#include "base/diag.h"
#include "io/confine.h"
#include "io/ending.h"
#include "io/post.h"
#include "seal/sealer.h"
#include "seal/store.h"

enum {
	EVERY_MIN = 100,       /* milliseconds */
	EVERY_MAX = 604800000, /* a week */
	RENEW = 3600,	       /* seconds */
	RENEW_MAX = 604800,
};

#define THIN_MIN UINT64_C(86400000) /* a day */
#define THIN_MAX (36525 * THIN_MIN)

struct options {
	char *key, *name, *timestamp;
	uint64_t every; /* milliseconds; 0: once */
	uint64_t renew, thin; /* seconds; 0: never */
	int public;
	struct witness_at witness[SEALER_WITNESSES];
	unsigned witnesses;
	const char *journal;
	poptContext ctx; /* owner of journal */
};

static void add_witness(struct options *o, char *text)
{
	const char *why = o->witnesses == SEALER_WITNESSES
	    ? "is one too many"
	    : witness_at_parse(&o->witness[o->witnesses], text);

	if (why)
		cli_misuse("option '--witness': '%s' %s", text, why);
	o->witnesses++;
	free(text);
}

static void set_one(struct options *o, int row)
{
	char **string = row == 'k' ? &o->key
	    : row == 'g'           ? &o->name
				   : &o->timestamp;

	if (row == 'w') {
		add_witness(o, cli_argument(o->ctx));
	} else if (row == 'e') {
		o->every = cli_duration(o->ctx, "every", EVERY_MIN, EVERY_MAX);
	} else if (row == 'r') {
		o->renew = cli_duration(o->ctx, "renew", 1000,
		    UINT64_C(1000) * RENEW_MAX) / 1000;
	} else if (row == 'd') {
		o->thin = cli_duration(o->ctx, "thin", THIN_MIN, THIN_MAX) /
		    1000;
	} else {
		free(*string);
		*string = cli_argument(o->ctx);
	}
}

static const char *conflict(const struct options *o)
{
	if (!o->key)
		return "no '--key' given";
	if ((o->name || o->public) && o->journal)
		return "'--generate' and '--public' seal no journal";
	if (o->name && !key_name_valid(span_of(o->name)))
		return "option '--generate': a name has no blanks and no '+', "
		       "and at most 255 bytes";
	if (!o->name && !o->public && !o->journal)
		return "no journal given";
	return o->timestamp ? post_url_check(o->timestamp) : NULL;
}

static void parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"key", '\0', POPT_ARG_STRING, NULL, 'k', "Sign with this key",
		"FILE"},
	    {"generate", '\0', POPT_ARG_STRING, NULL, 'g',
		"Make a key of that name, and print its verifier key", "NAME"},
	    {"public", '\0', POPT_ARG_NONE, &o->public, 0,
		"Print the verifier key of the key", NULL},
	    {"witness", '\0', POPT_ARG_STRING, NULL, 'w',
		"Have this witness cosign", "'URL VKEY'"},
	    {"timestamp", '\0', POPT_ARG_STRING, NULL, 't',
		"Have this authority stamp (RFC 3161)", "URL"},
	    {"renew", '\0', POPT_ARG_STRING, NULL, 'r',
		"Ask witnesses again after this time (1h)", "TIME"},
	    {"thin", '\0', POPT_ARG_STRING, NULL, 'd',
		"Keep of older checkpoints those of each day that are needed",
		"TIME"},
	    {"every", '\0', POPT_ARG_STRING, NULL, 'e',
		"Go on sealing, this often", "TIME"},
	    CLI_TABLE};
	const char *wrong;
	int row;

	o->ctx = cli_open(argc, argv, table, "[JOURNAL]", false);
	while ((row = cli_next(o->ctx)) >= 0) {
		if (row > 0)
			set_one(o, row);
	}
	o->journal = poptGetArg(o->ctx);
	if (o->journal && poptPeekArg(o->ctx))
		cli_misuse("unexpected operand '%s'", poptPeekArg(o->ctx));
	wrong = conflict(o);
	if (wrong)
		cli_misuse("%s", wrong);
}

static int show(const struct verifier *v)
{
	struct buf text = BUF_EMPTY;

	verifier_text(v, &text);
	puts(buf_str(&text));
	buf_release(&text);
	cli_close_stdout();
	return EX_OK;
}

static void generate(const struct options *o, struct signer *s)
{
	signer_generate(s, o->name, KEY_LOG);
	if (!signer_save(s, o->key))
		diag_die_errno(errno == EEXIST ? EX_USAGE : EX_IOERR,
		    "cannot make '%s'", o->key);
}

static void load(const struct options *o, struct signer *s)
{
	const char *why = signer_load(s, o->key, KEY_LOG);

	if (why)
		diag_die(EX_CONFIG, "key '%s': %s", o->key, why);
}

/* From then on it reads the journal, and writes checkpoints; if it has others
 * to ask, it also reads what their names, addresses and certificates take. */
static void confine(const struct options *o)
{
	const char *files = getenv("SSL_CERT_FILE");
	const char *folder = getenv("SSL_CERT_DIR");
	const char *const outward[] = {o->journal, "/etc/resolv.conf",
	    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
	    "/etc/gai.conf", "/etc/services", "/etc/ssl", "/etc/pki",
	    "/etc/ca-certificates", "/usr/share/ca-certificates",
	    "/usr/local/share/ca-certificates", "/etc/ld.so.cache", "/lib",
	    "/lib64", "/usr/lib", "/usr/lib64", "/run/systemd/resolve",
	    files ? files : "/dev/null", folder ? folder : "/dev/null", NULL};
	const char *const inward[] = {o->journal, NULL};
	bool asks = o->witnesses || o->timestamp;
	struct buf writable = BUF_EMPTY;

	buf_addf(&writable, "%s/checkpoints", o->journal);
	if (!confine_files(asks ? outward : inward, buf_str(&writable)))
		diag_warn_errno("cannot give up the right to other files");
	if (!asks && !confine_network())
		diag_warn_errno("cannot give up the right to the network");
	buf_release(&writable);
}

/* The exit status, or -1: go on. */
static int outcome(const struct options *o, const struct sealer *s,
    enum sealed end)
{
	char name[STORE_NAME];

	switch (end) {
	case SEALED:
	case SEALED_BEFORE:
		if (o->every || !s->size)
			return o->every ? -1 : EX_OK;
		store_name(name, s->size, ".checkpoint");
		printf("%s/checkpoints/%s\n", o->journal, name);
		return EX_OK;
	case SEAL_NO_JOURNAL:
		if (o->every)
			return -1;
		diag_warn("journal '%s' %s", o->journal, s->why.data);
		return 1;
	case SEAL_FORK:
		diag_warn("journal '%s': not sealed: %s", o->journal,
		    s->why.data);
		return EX_DATAERR;
	case SEAL_FAILED:
		break;
	}
	if (errno)
		diag_warn_errno("journal '%s': %s", o->journal, s->why.data);
	else
		diag_warn("journal '%s': %s", o->journal, s->why.data);
	return EX_IOERR;
}

/* Wait for the next time, or for the end. */
static void rest(const struct options *o, int64_t since, int stop)
{
	struct pollfd p = {.fd = stop, .events = POLLIN};
	int64_t left = (int64_t)o->every - (clock_ms() - since);

	if (left > 0 && poll(&p, 1, (int)left) < 0 && errno != EINTR)
		diag_die_errno(EX_OSERR, "cannot wait");
}

/* All at once, or some of them each time. */
static void thin(const struct options *o, struct sealer *s)
{
	while (sealer_thin(s) && !o->every && !ending_caught())
		;
}

static int seal(const struct options *o, struct sealer *s)
{
	bool confined = false;
	int code = -1;

	while (code < 0 && !ending_caught()) {
		int64_t begun = clock_ms();
		enum sealed end = sealer_seal(s);

		code = outcome(o, s, end);
		if (code < 0 && !confined && end != SEAL_NO_JOURNAL) {
			confine(o);
			confined = true;
		}
		if (code <= EX_OK)
			thin(o, s);
		if (code < 0)
			rest(o, begun, s->stop);
	}
	return code < 0 ? EX_OK : code;
}

static void release(struct options *o)
{
	for (unsigned i = 0; i < o->witnesses; i++)
		witness_at_release(&o->witness[i]);
	free(o->key);
	free(o->name);
	free(o->timestamp);
	poptFreeContext(o->ctx);
}

int main(int argc, const char **argv)
{
	struct options o = {.renew = RENEW};
	struct sealer s = {.say = diag_warn};
	int code;

	parse(&o, argc, argv);
	if (o.name)
		generate(&o, &s.key);
	else
		load(&o, &s.key);
	if (!o.journal) {
		code = show(&s.key.verifier);
	} else {
		signal(SIGPIPE, SIG_IGN);
		s.journal = o.journal;
		s.witness = o.witness;
		s.witnesses = o.witnesses;
		s.renew = o.renew;
		s.thin = o.thin;
		s.timestamp = o.timestamp;
		s.stop = ending_catch();
		code = seal(&o, &s);
		cli_close_stdout();
	}
	sealer_release(&s);
	release(&o);
	return code;
}
