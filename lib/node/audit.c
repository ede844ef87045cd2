/* SPDX-License-Identifier: ISC */
/* Looking around a node: findings, and what the settings alone tell. */
#include "node/audit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/args.h"
#include "base/utf8.h"
#include "io/address.h"
#include "io/endpoint.h"
#include "io/program.h"
#include "node/commands.h"
#include "node/conf-sense.h"
#include "node/reviews.h"
#include "node/sealing.h"
#include "node/uploads.h"
#include "record/traffic.h"

static void audit_plain(struct audit *s, const struct conf *c)
{
	const char *server = conf_get(c, "server"), *a;

	if (server && strncmp(server, "tcp:", 4) == 0 &&
	    !audit_is_local(server))
		audit_add(s, FINDING_OPEN, "server %s: plain text to another "
		    "machine, passwords with it", server);
	for (size_t n = 0; (a = conf_nth(c, "listen", n, NULL)); n++) {
		if (audit_is_local(a))
			continue;
		if (conf_is(c, "tls", "none"))
			audit_add(s, FINDING_OPEN, "listen %s: clients are "
			    "served in plain text", a);
		else if (conf_is(c, "tls", "optional"))
			audit_add(s, FINDING_NOTE, "listen %s: clients may "
			    "stay in plain text (tls optional)", a);
	}
}

/* What the chosen events leave unjudged. */
static void audit_events(struct audit *s, const struct conf *c)
{
	static const struct {
		unsigned events; /* any of them covers it */
		enum finding kind;
		const char *what;
	} parts[] = {
	    {TRAFFIC_MESSAGE, FINDING_OPEN, "messages are not judged"},
	    {TRAFFIC_MUC | TRAFFIC_PRESENCE, FINDING_OPEN, "who joins and "
		"leaves a room, and by which name, is not judged"},
	    {TRAFFIC_WORDS | TRAFFIC_PRESENCE, FINDING_OPEN, "words in "
		"presence, as status texts, are not judged"},
	    {TRAFFIC_WORDS | TRAFFIC_IQ, FINDING_OPEN, "words and files in iq "
		"stanzas, as by PEP, vCards, roster names, forms and in-band "
		"bytes, are not judged"},
	    {TRAFFIC_LOGIN, FINDING_NOTE, "logins are neither judged nor "
		"journaled"},
	    {TRAFFIC_LOGOUT, FINDING_NOTE, "logouts are not journaled"},
	    {TRAFFIC_PRESENCE, FINDING_NOTE, "presence without words is not "
		"judged"},
	    {TRAFFIC_IQ, FINDING_NOTE, "iq stanzas of mere protocol are not "
		"judged"}};
	unsigned chosen = conf_events(c);

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		bool lesser = parts[i].kind == FINDING_NOTE &&
		    (parts[i].events & (TRAFFIC_PRESENCE | TRAFFIC_IQ)) &&
		    !(chosen & TRAFFIC_WORDS);

		if (!(chosen & parts[i].events) && !lesser)
			audit_add(s, parts[i].kind, "events %s: %s",
			    conf_get(c, "events"), parts[i].what);
	}
}

void audit_settings(struct audit *s, const struct conf *c)
{
	const char *a;

	audit_add(s, FINDING_GOOD, "%s: no mistakes", c->path);
	if (conf_is(c, "compliance", "none"))
		audit_add(s, FINDING_OPEN, "compliance none: nothing is "
		    "judged and nothing is journaled");
	if (conf_is(c, "on-failure", "pass"))
		audit_add(s, FINDING_OPEN, "on-failure pass: what is not "
		    "decided in time is let through, unjournaled");
	audit_events(s, c);
	for (size_t n = 0; (a = conf_nth(c, "accept-proxy", n, NULL)); n++) {
		size_t len = strlen(a);

		if (len > 2 && strcmp(a + len - 2, "/0") == 0)
			audit_add(s, FINDING_OPEN, "accept-proxy %s: anyone "
			    "can claim any address", a);
	}
	audit_plain(s, c);
	for (size_t n = 0; (a = conf_nth(c, "web-origin", n, NULL)); n++) {
		if (strcmp(a, "*") == 0)
			audit_add(s, FINDING_NOTE, "web-origin *: any page may "
			    "connect");
	}
	if (reviews_kept(c) && !reviews_delivered(c))
		audit_add(s, FINDING_NOTE, "return-component: not set, what "
		    "reviewers release is not delivered");
}

static void add_output(struct audit *s, enum finding kind, struct buf *out,
    const char *what)
{
	char *save = NULL;

	for (char *l = strtok_r((char *)buf_str(out), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		audit_add(s, kind, "%s%s", what, l);
}

/* What is only doubtful may leave open what should not be. */
static void add_checked(struct audit *s, const char *key, struct buf *out)
{
	char *save = NULL;

	bool decides = strcmp(key, "policy") == 0;

	for (char *l = strtok_r((char *)buf_str(out), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		audit_add(s, !strstr(l, ": warning: ") ? FINDING_GOOD
			: decides ? FINDING_OPEN : FINDING_NOTE,
		    "%s: %s", key, l);
}

/* The policy, or the one that is tried beside it. */
static void check_policy(struct audit *s, const struct conf *c,
    const char *key, const char *filter)
{
	size_t n = conf_count(c, key);
	struct args args = {NULL, 0};
	struct buf out = BUF_EMPTY;
	int status;

	args_add(&args, filter);
	args_option(&args, "check", NULL);
	args_option(&args, "events", conf_get(c, "events"));
	commands_files(&args, c);
	for (size_t i = 0; i < n; i++)
		args_add(&args, conf_nth(c, key, i, NULL));
	status = n ? program_run((const char *const *)args.word, &out, NULL,
		NULL) : 0;
	if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		add_output(s, FINDING_WRONG, &out, "");
		if (out.len == 0)
			audit_add(s, FINDING_WRONG, "%s: %s failed", key,
			    filter);
	} else {
		add_checked(s, key, &out);
	}
	args_release(&args);
	buf_release(&out);
}

void audit_policy(struct audit *s, const struct conf *c, const char *search)
{
	char *filter;

	if (!conf_is(c, "compliance", "local") || conf_get(c, "pipeline"))
		return;
	filter = program_find("cup-filter", search);
	if (!filter)
		return; /* audit_programs says so */
	check_policy(s, c, "policy", filter);
	check_policy(s, c, "shadow", filter);
	free(filter);
}

static void find(struct audit *s, const char *name, const char *search)
{
	char *path = program_find(name, search);

	if (!path)
		audit_add(s, FINDING_WRONG, "%s is neither beside this "
		    "program nor in PATH", name);
	free(path);
}

void audit_programs(struct audit *s, const struct conf *c,
    const char *search)
{
	find(s, "cup-intercept", search);
	if (reviews_kept(c))
		find(s, "cup-review", search);
	if (uploads_wanted(c))
		find(s, "cup-upload", search);
	if (sealing_wanted(c))
		find(s, "cup-seal", search);
	if (conf_is(c, "compliance", "none") || conf_get(c, "pipeline"))
		return;
	if (conf_is(c, "compliance", "local"))
		find(s, "cup-filter", search);
	if (!conf_is(c, "compliance", "local") || conf_get(c, "notify-server"))
		find(s, "cup-broker", search);
	find(s, "cup-log", search);
	find(s, "cup-deliver", search);
}

void audit_all(struct audit *s, const struct conf *c, const char *search)
{
	audit_settings(s, c);
	audit_programs(s, c, search);
	audit_policy(s, c, search);
	audit_files(s, c);
	audit_server(s, c);
	audit_upload(s, c);
	audit_compliance(s, c, search);
	audit_sockets(s, c);
}
