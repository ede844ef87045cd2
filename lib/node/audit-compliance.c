/* SPDX-License-Identifier: ISC */
/* Looking around a node: its compliance servers, link by link, and those that
 * get copies. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/program.h"
#include "node/audit.h"
#include "node/chain.h"
#include "node/commands.h"
#include "node/identity.h"

/* One server: where it stands in the settings, and how to ask it. */
struct asked {
	struct audit *audit;
	const struct conf *conf;
	const char *broker; /* the program; NULL: there is none */
	const char *key;
	struct span name; /* of its link; n 0: none */
	const char *url;
	struct identity as;
};

static void find(const struct asked *a, enum finding kind, const char *text)
{
	audit_add(a->audit, kind, "%s %.*s%s%s", a->key, SPAN_ARG(a->name),
	    a->name.n ? " " : "", text);
}

static bool is_plain(const char *url)
{
	return strncmp(url, "tcp:", 4) == 0 ||
	    strncasecmp(url, "http:", 5) == 0;
}

/* Of an http URL the part that an address has; else what is given. */
static bool url_is_local(const char *url)
{
	struct buf b = BUF_EMPTY;
	const char *host;
	bool local;

	if (strncasecmp(url, "http://", 7) != 0)
		return audit_is_local(url);
	host = url + 7;
	buf_adds(&b, "tcp:");
	buf_add(&b, host, strcspn(host, ":/?#"));
	buf_adds(&b, ":80");
	local = audit_is_local(buf_str(&b));
	buf_release(&b);
	return local;
}

static void look_for_plain(const struct asked *a)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s: plain text to another machine", a->url);
	if (is_plain(a->url) && !url_is_local(a->url))
		find(a, FINDING_OPEN, buf_str(&b));
	buf_release(&b);
}

/* The lines of cup-broker about this server. */
static void add_answer(const struct asked *a, enum finding kind,
    struct buf *out)
{
	char *save = NULL;

	for (char *l = strtok_r((char *)buf_str(out), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		const char *at = strstr(l, a->url);

		find(a, kind, at ? at : l);
	}
}

/* The key that is shown to it is the node's user's. */
static bool become(const void *id)
{
	return identity_take(id);
}

static void ask(const struct asked *a)
{
	struct buf out = BUF_EMPTY;
	struct args args = {NULL, 0};
	int status;

	if (!a->broker)
		return; /* audit_programs says so */
	commands_ask(&args, a->conf, a->url);
	free(args.word[0]);
	args.word[0] = mem_strdup(a->broker);
	status = program_run((const char *const *)args.word, &out,
	    a->as.change ? become : NULL, &a->as);
	if (out.len == 0)
		buf_addf(&out, "%s: %s failed", a->url, a->broker);
	add_answer(a, status == 0 ? FINDING_GOOD : FINDING_WRONG, &out);
	args_release(&args);
	buf_release(&out);
}

static void look_at(struct asked *a, struct span name, const char *url)
{
	a->name = name;
	a->url = url;
	look_for_plain(a);
	ask(a);
}

static void look_at_link(struct asked *a, const struct chain_link *link)
{
	for (size_t i = 0; i < link->urls; i++)
		look_at(a, link->name, link->url[i]);
	if (link->skipped)
		audit_add(a->audit, FINDING_OPEN, "skip-if-down %.*s: while "
		    "none of its servers is up, it is not asked",
		    SPAN_ARG(link->name));
}

void audit_compliance(struct audit *s, const struct conf *c,
    const char *search)
{
	char *broker = program_find("cup-broker", search);
	struct asked a = {.audit = s, .conf = c, .broker = broker,
	    .key = "compliance-server"};
	struct chain chain;
	const char *url;

	if (identity_of(&a.as, c))
		a.as.change = false;
	chain_read(&chain, c);
	for (size_t i = 0; i < chain.links; i++)
		look_at_link(&a, &chain.link[i]);
	a.key = "notify-server";
	for (size_t n = 0; (url = conf_nth(c, a.key, n, NULL)) &&
	     !conf_is(c, "compliance", "none") && !conf_get(c, "pipeline");
	     n++)
		look_at(&a, (struct span){NULL, 0}, url);
	free(broker);
}
