/* SPDX-License-Identifier: ISC */
/* Looking around a node: findings, and what the settings alone tell. */
#include "survey.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/wait.h>

#include "address.h"
#include "endpoint.h"
#include "mem.h"
#include "program.h"
#include "utf8.h"

static const char *const words[FINDINGS] = {"good", "note", "wrong", "open"};

void survey_add(struct survey *s, enum finding kind, const char *format, ...)
{
	char text[2048];
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	s->count[kind]++;
	buf_addf(&s->lines, "%s: ", words[kind]);
	n = strlen(text);
	for (size_t i = 0; i < n;) {
		size_t step = utf8_char(text + i, n - i);
		unsigned char c = (unsigned char)text[i];

		if (step == 0 || c < 0x20 || c == 0x7f ||
		    (step == 2 && c == 0xc2)) {
			buf_addf(&s->lines, "\\x%02x", c);
			step = 1;
		} else {
			buf_add(&s->lines, text + i, step);
		}
		i += step;
	}
	buf_addc(&s->lines, '\n');
}

void survey_release(struct survey *s)
{
	buf_release(&s->lines);
}

bool survey_is_local(const char *address)
{
	struct network v4, v6;
	struct endpoint end;
	struct address a;
	const char *why;
	bool local;

	if (!address_parse(&a, address, &why))
		return false;
	network_parse(&v4, "127.0.0.0/8");
	network_parse(&v6, "::1");
	local = a.kind == ADDRESS_UNIX ||
	    (a.kind == ADDRESS_TCP && a.host &&
		(strcasecmp(a.host, "localhost") == 0 ||
		    (endpoint_from_ip(&end, a.host, 0) &&
			(network_holds(&v4, &end) ||
			    network_holds(&v6, &end)))));
	address_release(&a);
	return local;
}

static void survey_plain(struct survey *s, const struct conf *c)
{
	const char *server = conf_get(c, "server"), *a;

	if (server && strncmp(server, "tcp:", 4) == 0 &&
	    !survey_is_local(server))
		survey_add(s, FINDING_OPEN, "server %s: plain text to another "
		    "machine, passwords with it", server);
	for (size_t n = 0; (a = conf_nth(c, "listen", n, NULL)); n++) {
		if (survey_is_local(a))
			continue;
		if (conf_is(c, "tls", "none"))
			survey_add(s, FINDING_OPEN, "listen %s: clients are "
			    "served in plain text", a);
		else if (conf_is(c, "tls", "optional"))
			survey_add(s, FINDING_NOTE, "listen %s: clients may "
			    "stay in plain text (tls optional)", a);
	}
}

void survey_settings(struct survey *s, const struct conf *c)
{
	const char *events = conf_get(c, "events"), *a;

	survey_add(s, FINDING_GOOD, "%s: no mistakes", c->path);
	if (conf_is(c, "compliance", "none"))
		survey_add(s, FINDING_OPEN, "compliance none: nothing is "
		    "judged and nothing is journaled");
	if (conf_is(c, "on-failure", "pass"))
		survey_add(s, FINDING_OPEN, "on-failure pass: what is not "
		    "decided in time is let through, unjournaled");
	if (!strstr(events, "message") && !strstr(events, "all"))
		survey_add(s, FINDING_OPEN, "events %s: messages are not "
		    "judged", events);
	for (size_t n = 0; (a = conf_nth(c, "accept-proxy", n, NULL)); n++) {
		size_t len = strlen(a);

		if (len > 2 && strcmp(a + len - 2, "/0") == 0)
			survey_add(s, FINDING_OPEN, "accept-proxy %s: anyone "
			    "can claim any address", a);
	}
	survey_plain(s, c);
}

static void add_output(struct survey *s, enum finding kind, struct buf *out,
    const char *what)
{
	char *save = NULL;

	for (char *l = strtok_r((char *)buf_str(out), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		survey_add(s, kind, "%s%s", what, l);
}

void survey_policy(struct survey *s, const struct conf *c, const char *search)
{
	size_t n = conf_count(c, "policy");
	struct buf out = BUF_EMPTY;
	const char **argv;
	char *filter;
	int status;

	if (n == 0 || !conf_is(c, "compliance", "local") ||
	    conf_get(c, "pipeline"))
		return;
	filter = program_find("cup-filter", search);
	if (!filter)
		return; /* survey_programs says so */
	argv = mem_resize(NULL, n + 3, sizeof(*argv));
	argv[0] = filter;
	argv[1] = "--check";
	for (size_t i = 0; i < n; i++)
		argv[2 + i] = conf_nth(c, "policy", i, NULL);
	argv[2 + n] = NULL;
	status = program_run(argv, &out);
	if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		add_output(s, FINDING_WRONG, &out, "");
		if (out.len == 0)
			survey_add(s, FINDING_WRONG, "policy: %s failed",
			    filter);
	} else {
		add_output(s, FINDING_GOOD, &out, "policy: ");
	}
	free(argv);
	free(filter);
	buf_release(&out);
}

static void find(struct survey *s, const char *name, const char *search)
{
	char *path = program_find(name, search);

	if (!path)
		survey_add(s, FINDING_WRONG, "%s is neither beside this "
		    "program nor in PATH", name);
	free(path);
}

void survey_programs(struct survey *s, const struct conf *c,
    const char *search)
{
	find(s, "cup-intercept", search);
	if (conf_is(c, "compliance", "none") || conf_get(c, "pipeline"))
		return;
	if (conf_is(c, "compliance", "local"))
		find(s, "cup-filter", search);
	if (!conf_is(c, "compliance", "local") || conf_get(c, "notify-server"))
		find(s, "cup-broker", search);
	find(s, "cup-log", search);
	find(s, "cup-deliver", search);
}

void survey_all(struct survey *s, const struct conf *c, const char *search)
{
	survey_settings(s, c);
	survey_programs(s, c, search);
	survey_policy(s, c, search);
	survey_files(s, c);
	survey_server(s, c);
	survey_compliance(s, c, search);
	survey_sockets(s, c);
}
