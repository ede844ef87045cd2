/* SPDX-License-Identifier: ISC */
/* cup-witness: cosign checkpoints of journals, and never of two histories. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/ending.h"
#include "io/link.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/notify.h"
#include "io/ready.h"
#include "seal/witness.h"
#include "upload/http.h"

enum {
	CONNECTIONS = 256,
	PER_PEER = 64,
	TIMEOUT = 30000, /* milliseconds that a client may be silent */
};

struct options {
	char *key, *name, *state;
	struct address listen;
	int public;
	poptContext ctx;
};

static void set_listen(struct options *o, char *text)
{
	const char *why;

	address_release(&o->listen);
	o->listen = (struct address){0};
	if (!address_parse(&o->listen, text, &why))
		cli_misuse("option '--listen': '%s': %s", text, why);
	if (o->listen.tls)
		cli_misuse("option '--listen': '%s': TLS is for what stands "
			   "before this", text);
	free(text);
}

static void add_log(struct witness *w, char *text)
{
	const char *why = trust_log(&w->logs, text);

	if (why)
		cli_misuse("option '--log': '%s' %s", text, why);
	free(text);
}

static void set_one(struct options *o, struct witness *w, int row)
{
	char **string = row == 'k' ? &o->key
	    : row == 'g'           ? &o->name
				   : &o->state;

	if (row == 'l') {
		set_listen(o, cli_argument(o->ctx));
	} else if (row == 'v') {
		add_log(w, cli_argument(o->ctx));
	} else {
		free(*string);
		*string = cli_argument(o->ctx);
	}
}

static const char *conflict(const struct options *o, const struct witness *w)
{
	if (!o->key)
		return "no '--key' given";
	if (o->name && !key_name_valid(span_of(o->name)))
		return "option '--generate': a name has no blanks and no '+', "
		       "and at most 255 bytes";
	if (o->name || o->public)
		return NULL;
	if (!o->listen.text)
		return "no '--listen' given";
	if (!o->state)
		return "no '--state' given";
	return w->logs.logs ? NULL : "no '--log' given";
}

static void parse(struct options *o, struct witness *w, int argc,
    const char **argv)
{
	const struct poptOption table[] = {
	    {"listen", '\0', POPT_ARG_STRING, NULL, 'l',
		"Who wants cosignatures connects here", "ADDRESS"},
	    {"key", '\0', POPT_ARG_STRING, NULL, 'k', "Cosign with this key",
		"FILE"},
	    {"log", '\0', POPT_ARG_STRING, NULL, 'v',
		"Cosign what this key has signed", "VKEY"},
	    {"state", '\0', POPT_ARG_STRING, NULL, 's',
		"Remember in this folder what was cosigned", "DIR"},
	    {"generate", '\0', POPT_ARG_STRING, NULL, 'g',
		"Make a key of that name, and print its verifier key", "NAME"},
	    {"public", '\0', POPT_ARG_NONE, &o->public, 0,
		"Print the verifier key of the key", NULL},
	    CLI_TABLE};
	const char *wrong;
	int row;

	o->ctx = cli_open(argc, argv, table, "[OPTION...]", false);
	while ((row = cli_next(o->ctx)) >= 0) {
		if (row > 0)
			set_one(o, w, row);
	}
	if (poptPeekArg(o->ctx))
		cli_misuse("unexpected operand '%s'", poptPeekArg(o->ctx));
	wrong = conflict(o, w);
	if (wrong)
		cli_misuse("%s", wrong);
}

/* ---- requests */

static void answer(struct http_request *r, int status, struct span body)
{
	http_answer(r, status);
	http_answer_header(r, "Content-Type",
	    span_of(status == 409 ? "text/x.tlog.size"
				  : "text/plain; charset=utf-8"));
	http_answer_body(r, body);
}

struct asked {
	struct witness *witness;
	struct buf body;
};

static void on_begin(void *arg, struct http_request *r)
{
	struct span target = span_of(http_target(r));
	struct asked *a = mem_zalloc(sizeof(*a));

	a->witness = arg;
	http_set_state(r, a);
	if (!span_ends(target, "/add-checkpoint")) {
		http_at_once(r);
		answer(r, 404, span_of("only /add-checkpoint is served\n"));
	} else if (strcmp(http_method(r), "POST") != 0) {
		http_at_once(r);
		http_answer(r, 405);
		http_answer_header(r, "Allow", span_of("POST"));
		http_answer_body(r, span_of("only POST is served\n"));
	}
}

static void on_data(struct http_request *r, const char *p, size_t n)
{
	struct asked *a = http_state(r);

	if (a->body.len + n > WITNESS_REQUEST_MAX)
		http_cut(r, "413 Content Too Large", "it is too large");
	else
		buf_add(&a->body, p, n);
}

static void on_whole(struct http_request *r)
{
	struct asked *a = http_state(r);
	struct buf body = BUF_EMPTY;
	int status = witness_add(a->witness, buf_span(&a->body), &body);

	if (status >= 500)
		diag_warn_errno("%.*s", (int)body.len - 1, body.data);
	answer(r, status, buf_span(&body));
	buf_release(&body);
}

static void on_over(struct http_request *r)
{
	struct asked *a = http_state(r);

	buf_release(&a->body);
	free(a);
}

/* No answer is a stream. */
static ssize_t on_read(struct http_request *r, char *p, size_t max)
{
	(void)r, (void)p, (void)max;
	return HTTP_READ_END;
}

/* ---- serving */

static void on_accepted(void *arg, struct listener *l, int fd,
    const struct endpoint *peer)
{
	(void)l;
	http_serve(arg, fd, peer);
}

static void on_resting(void *arg, struct listener *l, int error)
{
	(void)arg, (void)l;
	diag_warn("cannot accept connections: %s", strerror(error));
}

static void on_ending(void *arg)
{
	loop_stop(arg);
}

static void tell_ready(const struct listener *l)
{
	struct buf text = BUF_EMPTY;

	listener_text(l, &text);
	diag_warn("listening on %s", buf_str(&text));
	notify_send(getenv("NOTIFY_SOCKET"), "READY=1");
	buf_release(&text);
}

static void serve(struct options *o, struct witness *w)
{
	static const struct http_config config = {.connections = CONNECTIONS,
	    .per_peer = PER_PEER, .timeout = TIMEOUT};
	static const struct http_owner owner = {.begin = on_begin,
	    .data = on_data, .whole = on_whole, .over = on_over,
	    .read = on_read};
	static const struct listener_owner accepting = {
	    .accepted = on_accepted, .resting = on_resting};
	struct event_base *base = loop_new();
	struct link_loop *links = link_loop_new(base);
	struct http *http = http_new(base, links, &config, &owner, w);
	struct ready *ending;
	struct listener *l;
	struct buf why = BUF_EMPTY;

	if (!http)
		diag_die(EX_OSERR, "cannot serve HTTP");
	ending = ready_new(base, ending_catch(), false, on_ending, base);
	ready_want(ending, true);
	l = listener_open(base, &o->listen, getenv("LISTEN_PID"),
	    getenv("LISTEN_FDS"), getenv("LISTEN_FDNAMES"), &accepting, http,
	    &why);
	if (!l)
		diag_die(EX_UNAVAILABLE, "%s", buf_str(&why));
	tell_ready(l);
	loop_run(base);
	listener_free(l);
	http_free(http);
	ready_free(ending);
	link_loop_free(links);
	loop_free(base);
}

static void open_key(const struct options *o, struct signer *s)
{
	const char *why = NULL;

	if (!o->name)
		why = signer_load(s, o->key, KEY_WITNESS);
	else
		signer_generate(s, o->name, KEY_WITNESS);
	if (why)
		diag_die(EX_CONFIG, "key '%s': %s", o->key, why);
	if (o->name && !signer_save(s, o->key))
		diag_die_errno(errno == EEXIST ? EX_USAGE : EX_IOERR,
		    "cannot make '%s'", o->key);
}

static void show(const struct verifier *v)
{
	struct buf text = BUF_EMPTY;

	verifier_text(v, &text);
	puts(buf_str(&text));
	buf_release(&text);
	cli_close_stdout();
}

static void open_state(struct witness *w, const char *path)
{
	if (witness_open(w, path))
		return;
	if (errno == EAGAIN)
		diag_die(EX_TEMPFAIL, "'%s' is used by another witness", path);
	diag_die_errno(EX_IOERR, "cannot open '%s'", path);
}

int main(int argc, const char **argv)
{
	struct options o = {.key = NULL};
	struct witness w = {.dir = -1};

	parse(&o, &w, argc, argv);
	open_key(&o, &w.key);
	if (o.name || o.public) {
		show(&w.key.verifier);
	} else {
		signal(SIGPIPE, SIG_IGN);
		open_state(&w, o.state);
		serve(&o, &w);
	}
	witness_release(&w);
	free(o.key);
	free(o.name);
	free(o.state);
	address_release(&o.listen);
	poptFreeContext(o.ctx);
	return EX_OK;
}
